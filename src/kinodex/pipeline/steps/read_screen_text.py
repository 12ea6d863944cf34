"""Read what is written in the picture."""

from collections.abc import Iterator
from pathlib import Path

from kinodex.domain.media import Decoded
from kinodex.domain.timeline import ScreenText
from kinodex.engines.executor import Executor
from kinodex.engines.protocols import TimedFrame
from kinodex.media.protocols import MediaReader, Progress
from kinodex.pipeline.steps.time_frames import shown_spans


def read_screen_text(
    folder: Path, decoded: Decoded, *, media: MediaReader, executor: Executor, progress: Progress
) -> tuple[ScreenText, ...]:
    """
    Return the lines that stand on screen, with the time each is there, by start time.

    Raises:
        EngineFailed: If the engine fails.
    """
    lines = executor.read_screen_text(_timed(folder, decoded, media=media, progress=progress))
    return tuple(sorted(lines, key=lambda line: (line.span.start_s, line.box.top, line.box.left)))


def _timed(folder: Path, decoded: Decoded, *, media: MediaReader, progress: Progress) -> Iterator[TimedFrame]:
    total = max(1, len(decoded.frames))
    for place, (frame, span) in enumerate(zip(decoded.frames, shown_spans(decoded), strict=True)):
        (picture,) = media.read_frames(folder, [frame])
        yield TimedFrame(span=span, shot=frame.shot, picture=picture)
        progress((place + 1) / total)
