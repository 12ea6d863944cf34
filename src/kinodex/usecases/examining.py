"""What an uploaded file is, found out from its bytes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.assets import AssetFacts, AssetKind
from kinodex.domain.sniff import SNIFFED_BYTES, surely_not_a_video
from kinodex.domain.streams import FileFacts, PictureStream, StillFacts
from kinodex.media.protocols import MediaReader, ReadStill

_SOUND = "a sound file"
_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
_MATROSKA = "matroska,webm"
_TYPES: Mapping[str, str] = {
    _MP4: "mp4",
    _MATROSKA: "x-matroska",
    "avi": "x-msvideo",
    "mpegts": "mp2t",
    "mpeg": "mpeg",
    "flv": "x-flv",
    "asf": "x-ms-asf",
    "ogg": "ogg",
    "mp3": "mpeg",
    "flac": "flac",
    "wav": "wav",
    "aac": "aac",
    "aiff": "aiff",
}
"""Second halves of MIME types, by the name of the container in libav."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a file is; pictures have no duration."""

    kind: AssetKind
    file_type: str
    size_bytes: int
    sha256: str
    facts: AssetFacts
    duration_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """Looks at files; ``image_bytes`` is the most a picture may have."""

    media: MediaReader
    read_still: ReadStill
    image_bytes: int

    def examine(self, path: Path, *, wanted: AssetKind | None = None) -> Examined:
        """
        Return what a file is.

        Args:
            path: Absolute path of a file whose name the server chose.
            wanted: What it was announced as, if it was.

        Raises:
            VideoRejected: It is nothing that can be used, or something else than was announced.
        """
        size_bytes = path.stat().st_size
        if not size_bytes:
            raise errors.FileEmpty
        with path.open("rb") as file:
            beginning = file.read(SNIFFED_BYTES)
        still = self.read_still(path)
        if still is not None:
            if size_bytes > self.image_bytes:
                raise errors.FileTooLarge(self.image_bytes, size_bytes)
            kind, file_type, facts = AssetKind.IMAGE, f"image/{still.format}", _facts_of_still(still)
        else:
            kind, facts = self._streams(path, beginning)
            file_type = _file_type(kind, facts.file.container, beginning)
        if wanted not in {None, kind}:
            raise errors.AssetKindWrong(str(wanted), kind)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Examined(
            kind=kind,
            file_type=file_type,
            size_bytes=size_bytes,
            sha256=digest,
            facts=facts,
            duration_s=facts.video.duration_s if facts.video else facts.file.duration_s,
        )

    def _streams(self, path: Path, beginning: bytes) -> tuple[AssetKind, AssetFacts]:
        found = surely_not_a_video(beginning)
        is_sound = found is not None and found.startswith(_SOUND)
        if found is not None and not is_sound:
            raise errors.NotMedia(found)
        try:
            file = self.media.describe(path)
        except errors.NotAVideo as error:
            raise errors.NotMedia(error.found) from error
        except errors.VideoBroken as error:
            if is_sound:
                raise errors.SoundBroken(error.reason) from error
            raise
        if not file.pictures:
            return AssetKind.AUDIO, AssetFacts(file=file)
        return AssetKind.VIDEO, AssetFacts(file=file, video=self.media.probe(path))


def _facts_of_still(still: StillFacts) -> AssetFacts:
    picture = PictureStream(index=0, codec=still.format, width_px=still.width_px, height_px=still.height_px)
    return AssetFacts(file=FileFacts(container=still.format, pictures=(picture,)))


def _file_type(kind: AssetKind, container: str, beginning: bytes) -> str:
    if container == _MP4 and beginning[8:12] == b"qt  ":
        return f"{kind}/quicktime"
    if container == _MATROSKA and b"webm" in beginning[:64]:
        return f"{kind}/webm"
    return f"{kind}/{_TYPES.get(container, 'octet-stream')}"
