"""Clips: stretches of videos as files of their own."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.disk import DiskSpace
from kinodex.domain.ids import IndexId, VideoId, new_id
from kinodex.domain.timeline import Span
from kinodex.media.protocols import ClipCutter
from kinodex.stores.protocols import BlobStore
from kinodex.usecases.blobs import source_key
from kinodex.usecases.videos import Videos

LONGEST_CLIP_S = 180.0
SHORTEST_CLIP_S = 0.1
_ROUNDING_S = 0.05
"""The end of a moment is rounded; so far behind the end of the video it still means that end."""
_WRITTEN_BYTES_PER_S = 1024**2


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip just made, an MP4 at ``path``; ``filename`` is that of its video."""

    path: Path
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clips:
    """Makes clips; ``folder`` holds them and what they are made of, and is emptied at the start."""

    videos: Videos
    blobs: BlobStore
    cutter: ClipCutter
    folder: Path
    space: DiskSpace

    def check(self, index_id: IndexId, video_id: VideoId, *, start_s: float, end_s: float) -> Span:
        """
        Return the stretch a clip shows.

        Raises:
            NotFound: No such index, or no such video in it.
            ParameterInvalid: It is outside the video, too short or too long.
        """
        duration_s = self.videos.get(index_id, video_id).facts.duration_s
        if not 0 <= start_s < duration_s:
            raise _wrong("start", f"{start_s:g} s is outside the {duration_s:g} s of the video")
        if not end_s <= duration_s + _ROUNDING_S:
            raise _wrong("end", f"{end_s:g} s is behind the end of the video at {duration_s:g} s")
        length_s = min(end_s, duration_s) - start_s
        if length_s < SHORTEST_CLIP_S:
            raise _wrong("end", f"the clip is {length_s:g} s long and the minimum is {SHORTEST_CLIP_S:g} s")
        if length_s > LONGEST_CLIP_S:
            raise _wrong("end", f"the clip is {length_s:g} s long and the maximum is {LONGEST_CLIP_S:g} s")
        return Span(start_s, min(end_s, duration_s))

    @contextmanager
    def cut(
        self, index_id: IndexId, video_id: VideoId, span: Span, *, go_on: Callable[[], None]
    ) -> Iterator[Clip]:
        """
        Make a clip for a block; its file is gone at the end.

        Args:
            index_id: Of the index.
            video_id: Of the video.
            span: From ``check``.
            go_on: Called now and then; what it raises ends the work.

        Raises:
            NotFound: No such video, or its bytes are not here.
            VideoBroken, DecoderLost: It cannot be decoded.
            StorageFull: There is no room.
        """
        video = self.videos.get(index_id, video_id)
        self.space.check(round(span.duration_s * _WRITTEN_BYTES_PER_S))
        folder = self.folder / f"clip-{new_id()}"
        made = folder / "made"
        made.mkdir(parents=True)
        try:
            source = folder / "source"
            try:
                self.blobs.fetch_to(source_key(video_id), source)
            except FileNotFoundError as error:
                raise errors.NotFound("source of video", video_id) from error
            path = self.cutter.clip(
                source, made, facts=video.facts, span=span, progress=lambda _share: go_on()
            )
            yield Clip(path, video.filename)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _wrong(name: str, reason: str) -> errors.ParameterInvalid:
    return errors.ParameterInvalid(name, reason)
