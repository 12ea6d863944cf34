"""The application: routes, the layers around them, and what they share."""

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex import __version__
from kinodex.domain import errors
from kinodex.domain.capacity import Capacity
from kinodex.http.auth import KnownKeys
from kinodex.http.drain import Drain, OpenRequests
from kinodex.http.errors import answer_to, answer_to_ours, in_form_of, refusal
from kinodex.http.gates import Gates
from kinodex.http.hosts import KnownHosts
from kinodex.http.idempotency import AnsweredBefore, KeptAnswers, answer_again
from kinodex.http.metrics import HttpFigures
from kinodex.http.rates import Rates
from kinodex.http.route_table import RouteTable
from kinodex.http.routes import (
    asset_playback,
    assets,
    classification,
    clips,
    embeddings,
    embeddings_v2,
    engines,
    estimate,
    generation,
    indexed_assets,
    indexes,
    keys,
    media,
    operations,
    page,
    playback,
    reference,
    search,
    shots,
    sign_ins,
    task_events,
    tasks,
    transcripts,
    transfers,
    uploads,
    videos,
    webhooks,
)
from kinodex.http.sign_ins import SignIns
from kinodex.http.signing import Signer
from kinodex.http.spec.document import Documents
from kinodex.http.task_news import TaskNewsroom
from kinodex.http.tracing import Tracing
from kinodex.http.versions import VersionedPaths, path_of
from kinodex.usecases import UseCases

ROUTERS = (
    indexes.router,
    videos.router,
    transcripts.router,
    clips.router,
    clips.linked,
    shots.router,
    tasks.router,
    transfers.router,
    estimate.router,
    search.router,
    classification.router,
    engines.router,
    # Before those of videos, where its first word would be an index.
    asset_playback.router,
    playback.router,
    media.router,
    keys.router,
    sign_ins.router,
    webhooks.router,
    task_events.router,
    operations.router,
    # Before assets, whose ids would swallow its path.
    uploads.router,
    uploads.parts,
    assets.router,
    indexed_assets.router,
    embeddings.router,
    embeddings_v2.router,
    generation.router,
    reference.router,
    page.router,
)


def create_app(
    usecases: UseCases,
    *,
    signing_key: bytes,
    allowed_hosts: Sequence[str] | None = None,
    requests_per_minute: int = 0,
    capacity: Capacity | None = None,
    drain: Drain | None = None,
) -> FastAPI:
    """
    Return the application a web server serves.

    Args:
        usecases: What it does.
        signing_key: Secret that signs links to media; the same in all processes behind one address.
        allowed_hosts: Names the server may be called by, without port; ``None`` for any.
        requests_per_minute: How many a key may make that has no limit of its own; 0 for any number.
        capacity: How many it may have open at the same time.
        drain: Tells when the server ends.
    """
    capacity, drain = capacity or Capacity(), drain or Drain()
    gates = Gates(capacity)
    drain.when_begun(gates.close)
    figures = HttpFigures(gates, usecases.search.known)
    layers = [Middleware(Tracing, figures=figures)]
    if allowed_hosts is not None:
        layers.append(Middleware(KnownHosts, names=allowed_hosts))
    layers += [
        Middleware(VersionedPaths),
        Middleware(OpenRequests, most=capacity.requests, drain=drain),
        Middleware(KeptAnswers),
    ]
    app = FastAPI(
        title="Kinodex",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=layers,
    )
    app.state.usecases = usecases
    app.state.known_keys = KnownKeys(usecases.keys)
    app.state.rates = Rates(requests_per_minute)
    app.state.gates = gates
    app.state.drain = drain
    app.state.newsroom = TaskNewsroom(usecases.watching)
    app.state.signer = Signer(signing_key)
    app.state.sign_ins = SignIns(usecases.keys)
    app.state.http_figures = figures
    app.state.documents = Documents(ROUTERS)
    app.router.routes.append(RouteTable([route for router in ROUTERS for route in router.routes]))
    app.add_exception_handler(errors.KinodexError, answer_to_ours)
    app.add_exception_handler(AnsweredBefore, answer_again)
    app.add_exception_handler(HTTPException, _answer_to_framework)
    app.add_exception_handler(RequestValidationError, _answer_to_validation)
    return app


async def _answer_to_framework(request: Request, error: Exception) -> JSONResponse:
    """Answer in our own form to what the framework refuses: unknown paths and methods."""
    if not isinstance(error, HTTPException):
        raise error
    path = path_of(request.scope)[:200]
    if error.status_code == 405:  # noqa: PLR2004  the status itself
        response = answer_to(errors.MethodNotAllowed(request.method, path))
    elif error.status_code == 404:  # noqa: PLR2004  the status itself
        response = answer_to(errors.EndpointUnknown(path))
    else:
        response = refusal(error.status_code, code="parameter_invalid", message=str(error.detail))
    response = in_form_of(request, response)
    response.headers.update(error.headers or {})
    return response


async def _answer_to_validation(request: Request, error: Exception) -> JSONResponse:
    """Answer where a route left the reading of a parameter to the framework."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    name = str(first["loc"][-1])
    return in_form_of(request, answer_to(errors.ParameterInvalid(name, str(first["msg"]).lower())))
