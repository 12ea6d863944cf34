"""``/openapi.json`` and ``/docs``: what this API is, for programs and for people; no key is needed."""

from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from kinodex.domain import errors
from kinodex.http.spec import operations as spec
from kinodex.http.spec.document import Documents
from kinodex.http.spec.operation import documented
from kinodex.http.versions import GenerationDep, path_of

router = APIRouter(tags=["reference"])

_FILES = files("kinodex.http") / "reference"
_TYPES = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}
_HEADERS = {
    # All of the page is ours and in files of its own: nothing inline, nothing from elsewhere.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


async def _documents(request: Request) -> Documents:
    documents: Documents = request.app.state.documents
    return documents


@router.get("/openapi.json", openapi_extra=documented(spec.DOCUMENT))
async def get_document(
    generation: GenerationDep, documents: Annotated[Documents, Depends(_documents)]
) -> Response:
    """Return the OpenAPI document of the API version that the path names."""
    return Response(documents.of(generation), media_type="application/json", headers=_HEADERS)


@router.get("/docs", openapi_extra=documented(spec.PAGE))
async def get_page() -> Response:
    """Show the OpenAPI document to people; the page needs nothing but this server."""
    content = (_FILES / "page.html").read_bytes()
    return Response(content, media_type="text/html; charset=utf-8", headers=_HEADERS)


@router.get("/docs/{name}", include_in_schema=False)
async def get_part(name: str, request: Request) -> Response:
    """Return a part of the page."""
    if name not in _TYPES:
        raise errors.EndpointUnknown(path_of(request.scope))
    return Response((_FILES / name).read_bytes(), media_type=_TYPES[name], headers=_HEADERS)
