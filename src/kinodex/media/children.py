"""Running one decoding job in one child process, and never waiting for it longer than allowed."""

import time
from collections.abc import Iterator
from itertools import islice

import msgspec

from kinodex.domain import lifelines
from kinodex.domain.errors import DecoderLost
from kinodex.media.messages import Progressed, Reply, Request
from kinodex.media.protocols import Progress
from kinodex.processes.child import Child, EndlessLine, child

_LOOK_S = 0.5
_TELLING = frozenset({"decode", "package"})
"""Jobs that tell how far they are; the others take little time, for which ``wall_s`` is watch enough."""

MOST_REPLIES = 8
"""A job has two; a child that goes on talking must not fill our memory."""


def run_job(request: Request, *, wall_s: float, progress: Progress) -> list[Reply]:
    """
    Run a job and return its replies but for the progress, the last of them the answer.

    Args:
        request: The job; its ``parent`` must be this process.
        wall_s: The child is killed after this long.
        progress: Told what the child tells; what it raises ends the child at once.

    The child is ended, too, when the step that waits for it is told to end.

    Raises:
        DecoderLost: The child took too long, died, or said something that cannot be understood.
    """
    ends_at = time.monotonic() + wall_s
    with child("kinodex.media.child", msgspec.json.encode(request)) as decoder:
        try:
            replies = list(
                islice(
                    _heed(_replies(decoder, ends_at, is_telling=request.job in _TELLING), progress),
                    MOST_REPLIES + 1,
                )
            )
            if len(replies) > MOST_REPLIES:
                raise DecoderLost(f"the decoder said more than {MOST_REPLIES} things")
            bad_end = decoder.end(ends_at=ends_at)
        except TimeoutError as error:
            raise DecoderLost(f"it takes longer than {wall_s:.0f} s") from error
        except (msgspec.DecodeError, EndlessLine) as error:
            raise DecoderLost("the decoder said something that cannot be understood") from error
        if bad_end is not None:
            raise DecoderLost(f"the decoder {bad_end}")
        return replies


def _heed(replies: Iterator[Reply], progress: Progress) -> Iterator[Reply]:
    for reply in replies:
        if isinstance(reply, Progressed):
            progress(min(1.0, max(0.0, reply.share)))
        else:
            yield reply


def _replies(decoder: Child, ends_at: float, *, is_telling: bool) -> Iterator[Reply]:
    for line in decoder.lines(ends_at=ends_at, tick_s=_LOOK_S):
        if line is None and is_telling:
            lifelines.check()
        else:
            lifelines.moved()
        if line is not None:
            yield msgspec.json.decode(line, type=Reply)
