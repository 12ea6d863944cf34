"""
Reading video files: what the pipeline asks of a media library.

Implementations run the foreign decoder in a sandboxed child process, one per call, which dies with its
parent and is bounded in memory, CPU seconds and wall-clock seconds.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinodex.domain.arrays import Frame, Sound
from kinodex.domain.media import Decoded, Glimpse, MediaFacts
from kinodex.domain.storyboards import Tiling
from kinodex.domain.streams import FileFacts, StillFacts
from kinodex.domain.timeline import SampledFrame, Span

Progress = Callable[[float], None]
"""Told now and then, with the share done in [0, 1]. What it raises ends the work at once."""


ReadPicture = Callable[[bytes], Frame]
"""Turns the bytes of a picture file a user sent into a picture; raises ``ParameterInvalid``."""


ReadStill = Callable[[Path], StillFacts | None]
"""The facts of a picture file, ``None`` for anything else; raises ``PictureBroken``."""


@dataclass(frozen=True, slots=True)
class Package:
    """
    What players get: a fragmented MP4 and its HLS playlist, whose URIs all name the file of the stream.

    Both are ``None`` where no player could play it. ``flaw`` says in words what is not as it should be.
    """

    stream: Path | None
    playlist: Path | None
    flaw: str | None = None


class ClipCutter(Protocol):
    """Makes a file of a stretch of a video."""

    def clip(self, path: Path, folder: Path, *, facts: MediaFacts, span: Span, progress: Progress) -> Path:
        """
        Write a stretch of a file as an MP4 into ``folder``, and return where it lies.

        It begins on the frame that is shown at the start of the span, and has its sound.

        Raises:
            VideoBroken: There is no picture in the stretch.
            DecoderLost: The child died, took too long, or broke another limit.
            StorageFull: The disk is full.
        """
        ...


class MediaReader(Protocol):
    """Turns an untrusted file into facts, pictures and sound."""

    def probe(self, path: Path) -> MediaFacts:
        """
        Return the facts of a file, judged by its bytes and never by its name.

        Args:
            path: Absolute path of a file whose name the server chose.

        Raises:
            FileEmpty: Zero bytes.
            NotAVideo: Something else; the message says what.
            VideoBroken: A video container that cannot be read.
            DecoderLost: The child died, or took too long.
        """
        ...

    def glance(self, path: Path, spans: Sequence[tuple[int, int]], *, total_bytes: int | None) -> Glimpse:
        """
        Return what a part of a file tells of all of it.

        Args:
            path: Absolute path of a file whose name the server chose; it may grow meanwhile.
            spans: Which of its bytes are there: pairs of the first and the one behind the last.
            total_bytes: Length of the whole file, ``None`` if it is not known.

        Raises:
            VideoBroken: The part cannot be read; of the whole file this says nothing.
        """
        ...

    def describe(self, path: Path) -> FileFacts:
        """
        Return what a file with pictures or sound holds, stream by stream.

        Raises:
            FileEmpty: Zero bytes.
            NotAVideo: Neither pictures nor sound.
            VideoBroken: It cannot be read, or nothing of a file that is all sound can be decoded.
        """
        ...

    def decode(self, path: Path, folder: Path, *, facts: MediaFacts, progress: Progress) -> Decoded:
        """
        Run the one decode pass: shots, sampled pictures and sound into ``folder``.

        Files in the folder are replaced; ``decoded.json`` is written last, so its presence means the
        folder is complete. Calling again starts over.

        Raises:
            VideoBroken: Nothing could be decoded.
            DecoderLost: The child died, took too long, or broke another limit.
        """
        ...

    def package(self, path: Path, folder: Path, *, facts: MediaFacts, progress: Progress) -> Package:
        """
        Copy the streams of a file into what players read; earlier results in ``folder`` are replaced.

        Raises:
            VideoBroken: It cannot be packaged, or the child broke a limit.
        """
        ...

    def thumbnail(self, path: Path, folder: Path) -> bytes:
        """
        Return one picture that stands for a picture or a video, as JPEG, its long side at most 640 px.

        Args:
            path: Absolute path of a file whose name the server chose.
            folder: For what is written on the way.

        Raises:
            NotAVideo: There are no pictures in it.
            VideoBroken: Not one can be decoded, or the child broke a limit.
        """
        ...

    def storyboard(self, pictures: Iterable[Frame], count: int) -> tuple[bytes, Tiling]:
        """Return small copies of so many pictures, row by row on one JPEG, and how they lie there."""
        ...

    def load_decoded(self, folder: Path) -> Decoded | None:
        """Return what an earlier ``decode`` left in the folder, or ``None`` if it is not complete."""
        ...

    def read_frames(self, folder: Path, frames: Sequence[SampledFrame]) -> list[Frame]:
        """Return the pictures of some sampled frames, in the order asked for."""
        ...

    def read_sound(self, folder: Path, start_s: float, end_s: float) -> Sound:
        """Return a stretch of the decoded sound; shorter at the end of the video, empty past it."""
        ...
