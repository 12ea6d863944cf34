"""Answers with a file, or with the part of it that is asked for."""

from collections.abc import AsyncIterator, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kinodex.http.byte_ranges import ByteRange, RangeUnsatisfiable, range_of


def partial(
    request: Request,
    read: Callable[[ByteRange], AsyncIterator[bytes]],
    *,
    total: int,
    etag: str,
    media_type: str,
    headers: Mapping[str, str],
) -> Response:
    """
    Return the answer to a request for a file, by ``GET`` or ``HEAD``.

    Args:
        request: Its ``Range`` and ``If-Range`` say what is wanted.
        read: Yields the bytes of a part.
        total: Length of the file in bytes.
        etag: Strong, with its quotes.
        media_type: Of the file.
        headers: Of every answer.
    """
    is_same = request.headers.get("if-range", etag) == etag
    told = {**headers, "Accept-Ranges": "bytes", "ETag": etag}
    try:
        part = range_of(request.headers.get("range"), total=total) if is_same else None
    except RangeUnsatisfiable:
        return Response(status_code=416, headers={**told, "Content-Range": f"bytes */{total}"})
    status = 200 if part is None else 206
    if part is not None:
        told["Content-Range"] = part.content_range
    wanted = part or ByteRange(0, total, total)
    told["Content-Length"] = str(wanted.length)
    if request.method == "HEAD":
        return Response(status_code=status, headers=told, media_type=media_type)
    return StreamingResponse(read(wanted), status_code=status, headers=told, media_type=media_type)
