"""Forms with files, read as they come: small fields into memory, the video to the disk."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from multipart import (  # type: ignore[import-untyped]  # has types, but does not say so
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from kinodex.domain import errors
from kinodex.http.fields import Fields
from kinodex.http.threads import call
from kinodex.http.uploads import Upload, UploadRule

FIELD_BYTES = 64 * 1024
MOST_PARTS = 1_000


@dataclass(frozen=True, slots=True)
class SmallFile:
    """How many files of what size may come under a name; they are kept in memory."""

    limit_bytes: int
    most: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The files a call takes. Parts that are neither these nor texts are read and dropped."""

    files: Mapping[str, SmallFile] = field(default_factory=dict)
    upload: UploadRule | None = None

    @property
    def files_bytes(self) -> int:
        """Return how large all files together may be."""
        small = sum(rule.limit_bytes * rule.most for rule in self.files.values())
        return small + (self.upload.limit_bytes if self.upload else 0)


NOTHING = Accepted()


class _Part(Protocol):
    """Where the bytes of one part go."""

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        ...

    async def finish(self) -> None:
        """The part is complete."""
        ...


class _Dropped:
    async def write(self, chunk: bytes) -> None:
        """Keep nothing."""

    async def finish(self) -> None:
        """There is nothing to do."""


class _Kept:
    """A part in memory, handed over when it is complete."""

    def __init__(self, target: list[bytes], *, limit_bytes: int) -> None:
        self._target = target
        self._limit_bytes = limit_bytes
        self._content = bytearray()

    async def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        if len(self._content) + len(chunk) > self._limit_bytes:
            raise errors.BodyTooLarge(self._limit_bytes)
        self._content += chunk

    async def finish(self) -> None:
        """Hand the content over."""
        self._target.append(bytes(self._content))


class FormReader:
    """
    Takes a multipart body piece by piece.

    Call ``feed`` for each piece and ``fields`` at the end; ``discard`` whatever happens.
    """

    def __init__(self, boundary: str, accepted: Accepted, *, at_file: Callable[[], Awaitable[None]]) -> None:
        """
        Begin a body.

        Args:
            boundary: What separates its parts.
            accepted: The files that may be in it.
            at_file: Called before the bytes of such a file are taken; it may wait, or refuse.

        Raises:
            ParameterInvalid: The boundary cannot be one.
        """
        self._accepted = accepted
        self._at_file = at_file
        self._texts: dict[str, list[bytes]] = defaultdict(list)
        self._texts_as_files: dict[str, list[bytes]] = defaultdict(list)
        self._files: dict[str, list[bytes]] = defaultdict(list)
        self._part: _Part = _Dropped()
        self._upload: Upload | None = None
        try:
            self._parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
        except MultipartError as error:
            raise _malformed(error) from error

    async def feed(self, chunk: bytes) -> None:
        """
        Take the next piece, not empty.

        Raises:
            ParameterInvalid: This is no multipart body.
            BodyTooLarge: A field is over its limit.
            FileTooLarge: The video is.
            StorageFull: The disk is.
        """
        if self._parser.closed:
            return
        try:
            for event in self._parser.parse(chunk):
                if isinstance(event, MultipartSegment):
                    self._part = await self._begin(event)
                elif event is None:
                    await self._part.finish()
                else:
                    await self._part.write(bytes(event))
        except MultipartError as error:
            raise _malformed(error) from error

    def fields(self) -> Fields:
        """
        Return what was sent.

        Raises:
            ParameterInvalid: The body ended too early, or a field is not text.
        """
        try:
            self._parser.close()
        except MultipartError as error:
            raise _malformed(error) from error
        # Some clients send a URL twice, as text and as the content of a file: the text is meant.
        texts = {**self._texts_as_files, **self._texts}
        values = {name: [_decoded(name, each) for each in contents] for name, contents in texts.items()}
        upload = self._upload
        is_file = upload is not None and (upload.size_bytes > 0 or bool(upload.filename))
        return Fields(values, files=self._files, upload=upload if is_file else None)

    async def discard(self) -> None:
        """Remove the video where nobody took it over."""
        if self._upload is not None:
            await self._upload.discard()

    async def _begin(self, segment: MultipartSegment) -> _Part:
        name = segment.name or ""
        if self._accepted.upload is not None and name in self._accepted.upload.names:
            await self._at_file()
            return await self._begin_upload(segment, self._accepted.upload)
        if (rule := self._accepted.files.get(name)) is not None:
            await self._at_file()
            return self._small_file(name, rule)
        if segment.filename is None:
            return _Kept(self._texts[name], limit_bytes=FIELD_BYTES)
        if name.endswith("_url"):
            return _Kept(self._texts_as_files[name], limit_bytes=FIELD_BYTES)
        return _Dropped()

    def _small_file(self, name: str, rule: SmallFile) -> _Part:
        if len(self._files[name]) >= rule.most:
            raise errors.ParameterInvalid(name, f"the maximum is {rule.most} such file(s)")
        return _Kept(self._files[name], limit_bytes=rule.limit_bytes)

    async def _begin_upload(self, segment: MultipartSegment, rule: UploadRule) -> _Part:
        if self._upload is not None:
            raise errors.ParameterInvalid(segment.name or "", "more than one file was sent")
        path = await call(rule.new_path)
        self._upload = Upload(
            path=path, filename=segment.filename, limit_bytes=rule.limit_bytes, space=rule.space
        )
        return self._upload


def read_content_type(header: str) -> tuple[str, str | None]:
    """Return the type a header states, in lower case, and the boundary of its parts if it states one."""
    kind, options = parse_options_header(header)
    return str(kind), options.get("boundary")


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise errors.ParameterInvalid(name, "it is not UTF-8 text") from error


def _malformed(error: MultipartError) -> errors.ParameterInvalid:
    return errors.ParameterInvalid("body", f"it is not readable as multipart/form-data ({error})")
