"""
One reader for the bodies clients send: url-encoded forms, multipart forms (chunked or not) and JSON.

Where the content type lies, the body itself decides: old clients send JSON under the type of a form.
Nothing is read before the route asks, so a caller without a key is refused before the first byte.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import parse_qsl

import anyio
from starlette.requests import Request

from kinodex.domain import errors
from kinodex.domain.keys import ApiKey
from kinodex.http.drain import Drain
from kinodex.http.errors import BodyStalled
from kinodex.http.fields import Fields, parse_json
from kinodex.http.gates import passing
from kinodex.http.idempotency import attempt_of
from kinodex.http.multipart_bodies import (
    FIELD_BYTES,
    MOST_PARTS,
    NOTHING,
    Accepted,
    FormReader,
    read_content_type,
)
from kinodex.http.reach import check_fields
from kinodex.http.threads import call

PLAIN_BYTES = 1024 * 1024
"""A JSON or url-encoded body may be so large, and so may be all of a form that is no file."""
STALL_S = 60.0
"""So long we wait for the next bytes of a client that seems to be there still."""

_LOOK_BYTES = 256
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_LENGTH = re.compile(r"[0-9]{1,20}")


@asynccontextmanager
async def read_body(
    request: Request, accepted: Accepted = NOTHING, *, plain_bytes: int = PLAIN_BYTES
) -> AsyncIterator[Fields]:
    """
    Yield the fields of a request; a video that nobody took over is removed at the end.

    A JSON or url-encoded body may have ``plain_bytes``.

    Raises:
        ParameterInvalid: The body cannot be read.
        ContentTypeInvalid: It is in a form we do not take.
        BodyTooLarge: It, or a field of it, is over its limit.
        FileTooLarge: The video is over its limit.
        BodyStalled: The client stopped sending.
        StorageFull: The disk is full.
        Overloaded: Too many files are on their way already.
        ServerStopping: The server ends before the body does.
    """
    kind, stated = read_content_type(request.headers.get("content-type", ""))
    chunks = _chunks(request)
    head = await _look(chunks)
    boundary = _boundary(kind, stated, head) if head else None
    if boundary is None:
        content = await _whole(request, head, chunks, limit_bytes=plain_bytes) if head else b""
        fields = _plain(kind, content) if head else Fields({})
        await _begin(request, fields)
        yield fields
        return
    async with AsyncExitStack() as places:

        async def at_file() -> None:
            await places.enter_async_context(passing(request, "uploads"))

        reader = FormReader(boundary, accepted, at_file=at_file)
        places.push_async_callback(reader.discard)
        fields = await _form(request, reader, accepted, head=head, chunks=chunks)
        await _begin(request, fields)
        yield fields


async def read_bytes(request: Request, *, limit_bytes: int) -> AsyncIterator[bytes]:
    """
    Yield a body that is bytes and nothing else, as it comes.

    Raises:
        FileTooLarge: It is declared larger than the limit; what comes is for the caller to count.
        BodyStalled: The client stopped sending.
        ServerStopping: The server ends before the body does.
    """
    _check_declared(request, limit_bytes, errors.FileTooLarge(limit_bytes))
    async for chunk in _chunks(request):
        yield chunk


async def begin_without_body(request: Request) -> None:
    """
    Take up a request that has no body, or one that fits into memory, before its route runs.

    Forms are taken up by ``read_body``: a repeated one has another boundary.

    Raises:
        AnsweredBefore: It was answered before.
        KinodexError: It may not run now, or its body cannot be read.
    """
    attempt = attempt_of(request)
    kind, _ = read_content_type(request.headers.get("content-type", ""))
    is_there = "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"
    if attempt is None or (is_there and kind not in {_JSON, _FORM}):
        return
    content = b""
    if is_there:
        chunks = _chunks(request)
        content = await _whole(request, await _look(chunks), chunks)
        request.state.body = content
    await attempt.begin(hashlib.sha256(content).hexdigest())


async def _begin(request: Request, fields: Fields) -> None:
    """Do what is due once all of a body is known, before any of it takes effect."""
    key: ApiKey | None = getattr(request.state, "key", None)
    if key is not None:
        check_fields(fields, key)
    attempt = attempt_of(request)
    if attempt is not None:
        await attempt.begin(await call(fields.fingerprint))


async def _form(
    request: Request, reader: FormReader, accepted: Accepted, *, head: bytes, chunks: AsyncIterator[bytes]
) -> Fields:
    limit_bytes = accepted.files_bytes + PLAIN_BYTES
    too_large: errors.KinodexError = errors.BodyTooLarge(limit_bytes)
    if accepted.upload is not None:
        too_large = errors.FileTooLarge(accepted.upload.limit_bytes)
    _check_declared(request, limit_bytes, too_large)
    async for chunk in _counted(head, chunks, limit_bytes=limit_bytes, too_large=too_large):
        await reader.feed(chunk)
    return reader.fields()


def _plain(kind: str, content: bytes) -> Fields:
    if content.lstrip()[:1] in {b"{", b"["} or kind == _JSON:
        value = parse_json("body", content)
        if not isinstance(value, dict):
            raise errors.ParameterInvalid("body", "it is JSON, but not an object of names and values")
        return Fields({str(name): [each] for name, each in value.items()})
    if kind not in {"", _FORM}:
        raise errors.ContentTypeInvalid(kind, f"{_MULTIPART}, {_FORM} or {_JSON}")
    try:
        pairs = parse_qsl(
            content.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARTS
        )
    except ValueError as error:
        raise errors.ParameterInvalid("body", f"it is not readable as {_FORM}") from error
    values: dict[str, list[object]] = {}
    for name, value in pairs:
        if len(value) > FIELD_BYTES:
            raise errors.BodyTooLarge(FIELD_BYTES)
        values.setdefault(name, []).append(value)
    return Fields(values)


async def _whole(
    request: Request, head: bytes, chunks: AsyncIterator[bytes], *, limit_bytes: int = PLAIN_BYTES
) -> bytes:
    too_large = errors.BodyTooLarge(limit_bytes)
    _check_declared(request, limit_bytes, too_large)
    content = bytearray()
    async for chunk in _counted(head, chunks, limit_bytes=limit_bytes, too_large=too_large):
        content += chunk
    return bytes(content)


async def _counted(
    head: bytes, chunks: AsyncIterator[bytes], *, limit_bytes: int, too_large: errors.KinodexError
) -> AsyncIterator[bytes]:
    """Yield a body from its beginning, as long as it is within its limit."""
    left_bytes = limit_bytes - len(head)
    if left_bytes >= 0:
        yield head
        async for chunk in chunks:
            left_bytes -= len(chunk)
            if left_bytes < 0:
                break
            yield chunk
    if left_bytes < 0:
        raise too_large


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield what comes, not empty."""
    read_before: bytes = getattr(request.state, "body", b"")
    if read_before:
        yield read_before
        return
    stream, drain = request.stream(), _drain(request)
    while True:
        drain.check()
        try:
            with anyio.fail_after(STALL_S):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise BodyStalled(STALL_S) from error
        if chunk:
            yield chunk


def _drain(request: Request) -> Drain:
    drain: Drain = request.app.state.drain
    return drain


async def _look(chunks: AsyncIterator[bytes]) -> bytes:
    """Return the beginning of a body, enough to see what it is; empty if there is none."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) >= _LOOK_BYTES:
            break
    return bytes(head)


def _boundary(kind: str, stated: str | None, head: bytes) -> str | None:
    """Return what separates the parts of a multipart body, or ``None`` for another kind of body."""
    if kind == _MULTIPART and stated:
        return stated
    first_line, line_end, _ = head.partition(b"\r\n")
    if head.startswith(b"--") and line_end and b"form-data" in head:
        return first_line[2:].decode("latin-1")
    if kind == _MULTIPART:
        raise errors.ParameterInvalid("body", "its content type states no boundary")
    return None


def _check_declared(request: Request, limit_bytes: int, too_large: errors.KinodexError) -> None:
    declared = request.headers.get("content-length", "")
    if _LENGTH.fullmatch(declared) and int(declared) > limit_bytes:
        raise too_large
