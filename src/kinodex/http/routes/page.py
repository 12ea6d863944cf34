"""``/``: the page for people. It uses the API like any client; no key is needed to load it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from kinodex.domain import errors
from kinodex.http.page_files import ENTRY, page_files
from kinodex.http.versions import path_of

router = APIRouter(tags=["page"])

_POLICY = (
    # All of the page is ours and in files of its own: nothing inline, nothing from elsewhere.
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
_FOREVER = "public, max-age=31536000, immutable"


@router.get("/", include_in_schema=False)
@router.head("/", include_in_schema=False)
async def get_page(request: Request) -> Response:
    """Return the page."""
    if path_of(request.scope) != "/":  # the root of an API version is not the page
        raise errors.EndpointUnknown(path_of(request.scope))
    return _answer(request, ENTRY, caching="no-cache")


@router.get("/page/{name}", include_in_schema=False)
@router.head("/page/{name}", include_in_schema=False)
async def get_part(name: str, request: Request) -> Response:
    """Return a part of the page; its name changes with its content, so it may be kept for good."""
    if name == ENTRY or name not in page_files():
        raise errors.EndpointUnknown(path_of(request.scope))
    return _answer(request, name, caching=_FOREVER)


def _answer(request: Request, name: str, *, caching: str) -> Response:
    file = page_files()[name]
    headers = {**_HEADERS, "Cache-Control": caching, "ETag": file.etag}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    content = file.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = file.compressed, "gzip"
    return Response(content, media_type=file.media_type, headers=headers)
