"""Turn the sampled pictures into vectors."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kinodex.domain.arrays import Frame
from kinodex.domain.timeline import SampledFrame
from kinodex.engines.executor import Executor
from kinodex.engines.protocols import FrameVectors
from kinodex.media.protocols import MediaReader, Progress

FRAMES_PER_READ = 16  # 16 pictures of 640x360 are 11 MB


def embed_pictures(
    folder: Path,
    frames: Sequence[SampledFrame],
    *,
    media: MediaReader,
    executor: Executor,
    progress: Progress,
) -> FrameVectors:
    """
    Embed each sampled picture.

    Pictures are read a few at a time, so memory does not grow with the video.

    Args:
        folder: Where the decode pass left its files.
        frames: In time order; may be empty.
        media: Reads the pictures.
        executor: Runs the engine.
        progress: Told the share that is done.

    Returns:
        Row *i* for picture *i*.

    Raises:
        EngineFailed: If the engine fails.
    """
    total = max(1, len(frames))
    return executor.embed_frames(
        _pictures(folder, frames, media=media), progress=lambda done: progress(done / total)
    )


def _pictures(folder: Path, frames: Sequence[SampledFrame], *, media: MediaReader) -> Iterator[Frame]:
    for start in range(0, len(frames), FRAMES_PER_READ):
        yield from media.read_frames(folder, frames[start : start + FRAMES_PER_READ])
