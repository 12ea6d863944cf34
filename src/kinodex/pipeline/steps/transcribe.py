"""Write down what is said."""

from functools import partial
from pathlib import Path

from kinodex.domain.media import Decoded
from kinodex.domain.timeline import Utterance
from kinodex.engines.executor import Executor
from kinodex.media.protocols import MediaReader, Progress


def transcribe(
    folder: Path, decoded: Decoded, *, media: MediaReader, executor: Executor, progress: Progress
) -> tuple[Utterance, ...]:
    """
    Return the utterances of a video in order; none where there is no sound or nobody speaks.

    Raises:
        EngineFailed: If the engine fails.
    """
    if not decoded.has_sound:
        return ()
    length_s = max(decoded.duration_s, 1e-3)
    return tuple(
        executor.transcribe(
            partial(media.read_sound, folder),
            decoded.duration_s,
            progress=lambda reached_s: progress(reached_s / length_s),
        )
    )
