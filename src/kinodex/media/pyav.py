"""Reading videos with PyAV, each file in a confined process of its own."""

import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kinodex.domain.arrays import Frame, Sound
from kinodex.domain.errors import DecoderLost, FileEmpty, KinodexError, NotAVideo, StorageFull, VideoBroken
from kinodex.domain.media import Decoded, Glimpse, MediaFacts
from kinodex.domain.sniff import SNIFFED_BYTES, surely_not_a_video
from kinodex.domain.storyboards import Tiling
from kinodex.domain.streams import FileFacts
from kinodex.domain.timeline import SampledFrame, Span
from kinodex.media import framepack
from kinodex.media.children import run_job
from kinodex.media.clipping import CLIP_FILE
from kinodex.media.messages import (
    Described,
    Failed,
    Finished,
    Glimpsed,
    Limits,
    Packaged,
    Probed,
    Reply,
    Request,
    SandboxState,
)
from kinodex.media.packaging import PLAYLIST_FILE, STREAM_FILE
from kinodex.media.protocols import Package, Progress
from kinodex.media.sheet import draw_sheet
from kinodex.media.thumbnail import THUMBNAIL_FILE

log = logging.getLogger(__name__)

_MIB = 1024 * 1024
_FASTEST_FPS = 240.0
_SLOWEST_READ_BYTES_PER_S = 20 * _MIB
_WRITTEN_BYTES_PER_S = _MIB // 2
_WALL_PER_CPU = 4.0
_SOUND_CPU_SHARE = 0.2
_GLANCE_S = 15.0
_CLIP_WALL_S = 300.0
"""Somebody waits for a clip."""
_CLIP_BYTES_PER_S = 4 * _MIB
_SLOWEST_ENCODED_PX_PER_S = 2e6
_THUMBNAIL_BYTES = 4 * _MIB
_COMPLAINT_BYTES = _MIB
"""What a child that writes no result may write to standard error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """
    What one child may use.

    Attributes:
        memory_bytes: Address space. Decoding 4K with 16 reference pictures takes 0.7 GiB, an idle child 0.25.
        max_pixels: Most pixels of a picture: the largest video allowed, 5184 x 2160, and its padding.
        floor_s: Processor seconds any file may take; twice as many on the clock.
        slowest_px_per_s: Pixels to be decoded in a processor second at least. H.264 does some 400 million,
            intra-only formats a tenth of that; the rest is room for slow machines.
    """

    memory_bytes: int = 2048 * _MIB
    max_pixels: int = 5184 * 2304
    floor_s: float = 60.0
    slowest_px_per_s: float = 20e6


class PyavReader:
    """
    Reads videos; a ``MediaReader``.

    Args:
        allowance: What a child may use before its file counts as broken.
    """

    def __init__(self, allowance: Allowance | None = None) -> None:
        self._allowance = allowance or Allowance()

    def probe(self, path: Path) -> MediaFacts:
        """Return the facts of a file; see ``MediaReader.probe``."""
        size_bytes = path.stat().st_size
        _refuse_by_sight(path)
        limits = self._limits(self._allowance.floor_s, file_bytes=_COMPLAINT_BYTES)
        request = Request(job="probe", limits=limits, parent=os.getpid(), path=str(path.absolute()))
        wall_s = 2 * self._allowance.floor_s + size_bytes / _SLOWEST_READ_BYTES_PER_S
        answer = _answer(run_job(request, wall_s=wall_s, progress=_ignore))
        if not isinstance(answer, Probed):
            raise DecoderLost("the decoder gave no facts")
        return answer.facts

    def glance(self, path: Path, spans: Sequence[tuple[int, int]], *, total_bytes: int | None) -> Glimpse:
        """Return what a part of a file tells of all of it; see ``MediaReader.glance``."""
        limits = self._limits(_GLANCE_S, file_bytes=_COMPLAINT_BYTES)
        request = Request(
            job="glance",
            limits=limits,
            parent=os.getpid(),
            path=str(path.absolute()),
            spans=tuple(spans),
            total_bytes=total_bytes,
        )
        answer = _answer(run_job(request, wall_s=2 * _GLANCE_S, progress=_ignore))
        if not isinstance(answer, Glimpsed):
            raise DecoderLost("the decoder saw nothing")
        return answer.glimpse

    def describe(self, path: Path) -> FileFacts:
        """Return what a file holds; see ``MediaReader.describe``."""
        size_bytes = path.stat().st_size
        if not size_bytes:
            raise FileEmpty
        limits = self._limits(self._allowance.floor_s, file_bytes=_COMPLAINT_BYTES)
        request = Request(job="describe", limits=limits, parent=os.getpid(), path=str(path.absolute()))
        wall_s = 2 * self._allowance.floor_s + size_bytes / _SLOWEST_READ_BYTES_PER_S
        answer = _answer(run_job(request, wall_s=wall_s, progress=_ignore))
        if not isinstance(answer, Described):
            raise DecoderLost("the decoder described nothing")
        return answer.facts

    def decode(self, path: Path, folder: Path, *, facts: MediaFacts, progress: Progress) -> Decoded:
        """Run the decode pass; see ``MediaReader.decode``."""
        framepack.clear(folder)
        cpu_s = self._cpu_s(facts)
        written = 64 * _MIB + round(facts.duration_s * _WRITTEN_BYTES_PER_S)
        request = Request(
            job="decode",
            limits=self._limits(cpu_s, file_bytes=written),
            parent=os.getpid(),
            path=str(path.absolute()),
            folder=str(folder.absolute()),
            facts=facts,
        )
        wall_s = self._allowance.floor_s + _WALL_PER_CPU * cpu_s
        answer = _answer(run_job(request, wall_s=wall_s, progress=progress), folder=folder)
        decoded = framepack.load_decoded(folder)
        if decoded is None:
            raise DecoderLost(f"the decoder left nothing ({type(answer).__name__})")
        progress(1.0)
        return decoded

    def package(self, path: Path, folder: Path, *, facts: MediaFacts, progress: Progress) -> Package:
        """Copy the streams into what players read; see ``MediaReader.package``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in (PLAYLIST_FILE, STREAM_FILE):
            (folder / name).unlink(missing_ok=True)
        size_bytes = path.stat().st_size
        cpu_s = self._allowance.floor_s + size_bytes / _SLOWEST_READ_BYTES_PER_S
        request = Request(
            job="package",
            limits=self._limits(cpu_s, file_bytes=2 * size_bytes + 64 * _MIB),
            parent=os.getpid(),
            path=str(path.absolute()),
            folder=str(folder.absolute()),
            facts=facts,
        )
        wall_s = self._allowance.floor_s + _WALL_PER_CPU * cpu_s
        answer = _answer(run_job(request, wall_s=wall_s, progress=progress), folder=folder)
        if not isinstance(answer, Packaged):
            raise VideoBroken("the packager gave no answer")
        stream, playlist = folder / STREAM_FILE, folder / PLAYLIST_FILE
        is_whole = stream.exists() and playlist.exists()
        return Package(stream, playlist, answer.flaw) if is_whole else Package(None, None, answer.flaw)

    def thumbnail(self, path: Path, folder: Path) -> bytes:
        """Return one picture that stands for a file; see ``MediaReader.thumbnail``."""
        folder.mkdir(parents=True, exist_ok=True)
        drawn = folder / THUMBNAIL_FILE
        drawn.unlink(missing_ok=True)
        request = Request(
            job="thumbnail",
            limits=self._limits(self._allowance.floor_s, file_bytes=_THUMBNAIL_BYTES),
            parent=os.getpid(),
            path=str(path.absolute()),
            folder=str(folder.absolute()),
        )
        answer = _answer(
            run_job(request, wall_s=2 * self._allowance.floor_s, progress=_ignore), folder=folder
        )
        if not isinstance(answer, Finished) or not drawn.exists():
            raise DecoderLost("the decoder drew no picture")
        return drawn.read_bytes()

    def clip(self, path: Path, folder: Path, *, facts: MediaFacts, span: Span, progress: Progress) -> Path:
        """Write a stretch of a file as an MP4; see ``ClipCutter.clip``."""
        pixels = facts.width_px * facts.height_px * span.duration_s * min(facts.fps, _FASTEST_FPS)
        cpu_s = self._cpu_s(facts) + pixels / _SLOWEST_ENCODED_PX_PER_S
        written = 64 * _MIB + round(span.duration_s * _CLIP_BYTES_PER_S)
        request = Request(
            job="clip",
            limits=self._limits(cpu_s, file_bytes=written),
            parent=os.getpid(),
            path=str(path.absolute()),
            folder=str(folder.absolute()),
            facts=facts,
            stretch_s=(span.start_s, span.end_s),
        )
        _answer(run_job(request, wall_s=_CLIP_WALL_S, progress=progress), folder=folder)
        return folder / CLIP_FILE

    def storyboard(self, pictures: Iterable[Frame], count: int) -> tuple[bytes, Tiling]:
        """Return small pictures on one sheet; see ``MediaReader.storyboard``."""
        return draw_sheet(pictures, count)

    def load_decoded(self, folder: Path) -> Decoded | None:
        """Return what an earlier pass left, ``None`` if it is not complete."""
        return framepack.load_decoded(folder)

    def read_frames(self, folder: Path, frames: Sequence[SampledFrame]) -> list[Frame]:
        """Return the pictures of some sampled frames, in the order asked for."""
        return framepack.read_frames(folder, frames)

    def read_sound(self, folder: Path, start_s: float, end_s: float) -> Sound:
        """Return a stretch of the decoded sound."""
        return framepack.read_sound(folder, start_s, end_s)

    def _limits(self, cpu_s: float, *, file_bytes: int) -> Limits:
        allowance = self._allowance
        return Limits(
            memory_bytes=allowance.memory_bytes,
            cpu_s=cpu_s,
            file_bytes=file_bytes,
            max_pixels=allowance.max_pixels,
        )

    def _cpu_s(self, facts: MediaFacts) -> float:
        """Return a budget by pixels and frames: a second of 4K costs what a minute of 360p does."""
        pixels = facts.width_px * facts.height_px * facts.duration_s * min(facts.fps, _FASTEST_FPS)
        sound_s = facts.duration_s * _SOUND_CPU_SHARE
        return self._allowance.floor_s + pixels / self._allowance.slowest_px_per_s + sound_s


@cache
def sandbox_state() -> SandboxState:
    """
    Return how decoding processes are confined on this machine, found out by starting one.

    Asked once for each process, since the kernel does not change meanwhile.
    """
    limits = Limits(
        memory_bytes=Allowance().memory_bytes, cpu_s=60, file_bytes=_COMPLAINT_BYTES, max_pixels=1
    )
    request = Request(job="inspect", limits=limits, parent=os.getpid())
    try:
        replies = run_job(request, wall_s=60, progress=_ignore)
    except KinodexError as error:
        return SandboxState(active=(), missing=(f"Decoding does not work: {error}",))
    states = [reply for reply in replies if isinstance(reply, SandboxState)]
    return states[0] if states else SandboxState(active=(), missing=("Decoding does not work.",))


def _refuse_by_sight(path: Path) -> None:
    """Refuse what is seen to be no video before libav sees it."""
    with path.open("rb") as file:
        beginning = file.read(SNIFFED_BYTES)
    if not beginning:
        raise FileEmpty
    found = surely_not_a_video(beginning)
    if found is not None:
        raise NotAVideo(found)


def _answer(replies: list[Reply], *, folder: Path | None = None) -> Reply:
    """Return the last of the replies, or raise what it says is wrong."""
    for reply in replies:
        if isinstance(reply, SandboxState):
            _tell_missing(reply.missing)
    answer = replies[-1] if replies else None
    if answer is None:
        raise DecoderLost("the decoder gave no answer")
    if not isinstance(answer, Failed):
        return answer
    if answer.kind == "not_a_video":
        raise NotAVideo(answer.reason)
    if answer.kind == "storage_full" and folder is not None:
        free = shutil.disk_usage(folder).free
        raise StorageFull(free, free + _MIB)
    raise VideoBroken(answer.reason)


@cache
def _tell_missing(missing: tuple[str, ...]) -> None:
    """Log what a sandbox lacks, once."""
    for sentence in missing:
        log.warning("%s", sentence)


def _ignore(share: float) -> None:
    """Take no notice of progress."""
