"""From an answer to a file: size, kind and encoding are judged while the bytes come in."""

from collections.abc import Iterable
from dataclasses import dataclass

from kinodex.domain.disk import DiskSpace
from kinodex.domain.errors import BadResponse, EncodingUnsupported, FileTooLarge, NotAVideo
from kinodex.domain.sniff import SNIFFED_BYTES, is_video_container, surely_not_a_video
from kinodex.sources.heads import Head
from kinodex.sources.part import PartFile
from kinodex.sources.protocols import Kind
from kinodex.sources.pulse import Pulse

_COMPRESSED = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Takes the body of an answer into a part file."""

    part: PartFile
    pulse: Pulse
    space: DiskSpace
    kind: Kind
    limit_bytes: int

    def check_room(self, total_bytes: int | None) -> None:
        """
        Judge a declared length before the body is read.

        Raises:
            FileTooLarge: More than the limit.
            StorageFull: It does not fit.
        """
        if total_bytes is not None and total_bytes > self.limit_bytes:
            raise FileTooLarge(self.limit_bytes, total_bytes)
        self.space.check(max(0, (total_bytes or 0) - self.part.size_bytes))

    def take(self, body: Iterable[memoryview], *, head: Head) -> None:
        """
        Append a body.

        Raises:
            FileTooLarge: Counted above the limit.
            BadResponse: Counted above the declared length.
            NotAVideo: By its first bytes.
            EncodingUnsupported: Compressed, by its first bytes and as the answer declares.
            StorageFull: It does not fit.
        """
        is_judged = False
        self._tell()
        for chunk in body:
            self._check_size(self.part.size_bytes + len(chunk))
            self.part.write(chunk)
            self._tell()
            if not is_judged and self.part.size_bytes >= SNIFFED_BYTES:
                self._judge(head)
                is_judged = True
        if not is_judged:
            self._judge(head)

    def _check_size(self, size_bytes: int) -> None:
        if size_bytes > self.limit_bytes:
            raise FileTooLarge(self.limit_bytes)
        if self.part.total_bytes is not None and size_bytes > self.part.total_bytes:
            raise BadResponse(f"The host sent more than the {self.part.total_bytes} bytes it declared.")

    def _tell(self) -> None:
        self.pulse.done_bytes, self.pulse.total_bytes = self.part.size_bytes, self.part.total_bytes
        self.pulse.beat()

    def _judge(self, head: Head) -> None:
        refuse_by_beginning(self.part.beginning(SNIFFED_BYTES), head, kind=self.kind)


def refuse_by_beginning(beginning: bytes, head: Head, *, kind: Kind) -> None:
    """
    Refuse what is seen by the first bytes to be of no use.

    Raises:
        NotAVideo: A video is wanted, and this is surely none.
        EncodingUnsupported: Compressed, and declared so.
    """
    encoding = _encoding(head)
    if encoding is not None and _is_compressed(beginning, encoding):
        raise EncodingUnsupported(f"The host sent the file compressed ({encoding}); we ask for it plain.")
    found = surely_not_a_video(beginning) if kind == "video" and beginning else None
    if found is not None:
        raise NotAVideo(found)


def _encoding(head: Head) -> str | None:
    """Return the outermost declared coding that changes the bytes."""
    codings = [
        coding.strip().lower() for value in head.all("content-encoding") for coding in value.split(",")
    ]
    changing = [coding for coding in codings if coding not in {"", "identity", "aws-chunked", "utf-8"}]
    return changing[-1][:20] if changing else None


def _is_compressed(beginning: bytes, encoding: str) -> bool:
    """Judge by the bytes: object stores often declare an encoding that is not there."""
    if not beginning or is_video_container(beginning):
        return False
    magic = _COMPRESSED.get(encoding)
    return magic is None or beginning.startswith(magic)
