"""
What needs a model that writes text: refused by a code clients know, in the form their errors have.

A body is not looked at, as no body could be answered; so nothing is read of a video sent as base64.
"""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request

from kinodex.domain import errors
from kinodex.http.auth import DELETE, READ, WRITE
from kinodex.http.versions import only_in, path_of

router = APIRouter(tags=["generated text"])

_SINCE_V1_2: Final = ("v1.2", "v1.3")
_SINCE_V1_3: Final = ("v1.3",)
REFUSED: Final = (
    ("POST", "/gist", _SINCE_V1_2),
    ("POST", "/summarize", _SINCE_V1_2),
    ("POST", "/generate", _SINCE_V1_2),
    ("POST", "/analyze", _SINCE_V1_3),
    ("POST", "/analyze/tasks", _SINCE_V1_3),
    ("GET", "/analyze/tasks", _SINCE_V1_3),
    ("GET", "/analyze/tasks/{analyze_task_id}", _SINCE_V1_3),
    ("DELETE", "/analyze/tasks/{analyze_task_id}", _SINCE_V1_3),
    ("POST", "/analyze/tasks/{analyze_task_id}/cancel", _SINCE_V1_3),
    ("POST", "/analyze/batches", _SINCE_V1_3),
    ("GET", "/analyze/batches", _SINCE_V1_3),
    ("GET", "/analyze/batches/{batch_id}", _SINCE_V1_3),
    ("DELETE", "/analyze/batches/{batch_id}", _SINCE_V1_3),
    ("GET", "/analyze/batches/{batch_id}/results", _SINCE_V1_3),
    ("POST", "/analyze/batches/{batch_id}/cancel", _SINCE_V1_3),
)
"""Method, path and the API versions that have it."""
_SCOPES: Final = {"GET": READ, "POST": WRITE, "DELETE": DELETE}


async def refuse(request: Request) -> None:
    """Say that nothing here writes text."""
    raise errors.TextGenerationUnsupported(f"{request.method} {path_of(request.scope)[:200]}")


for _method, _path, _versions in REFUSED:
    router.add_api_route(
        _path,
        refuse,
        methods=[_method],
        dependencies=[_SCOPES[_method], only_in(*_versions)],
        include_in_schema=False,
    )
