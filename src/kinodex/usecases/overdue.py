"""Steps that did not end in time, and those that did not end at all: what is told of them, what is done."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from kinodex.domain.clock import now
from kinodex.domain.lifelines import Lifeline
from kinodex.engines.executor import Executor

log = structlog.get_logger(__name__)

MOST_HANGING = 3
"""Each takes memory, and perhaps a core: with so many a process is worn out."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A thread that went on after it was told to end; nothing it does counts any more."""

    step: str
    thread: threading.Thread
    since: datetime
    engines: Sequence[str]

    @property
    def sentence(self) -> str:
        """What is degraded by it."""
        told = f"The step {self.step} has hung since {self.since:%H:%M:%S} UTC and cannot be ended"
        if not self.engines:
            return f"{told}."
        return f"{told}; it held the engine {', '.join(self.engines)}, which was started anew."


@dataclass(slots=True)
class Overdue:
    """Counts steps that were ended, and looks after threads that cannot be. Safe to share."""

    executor: Executor
    load_engines: Callable[[], None]
    _timed_out: Counter[str] = field(default_factory=Counter)
    _hanging: list[Hanging] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_end(self, step: str) -> None:
        """Count a step that was told to end."""
        with self._lock:
            self._timed_out[step] += 1

    def note_hanging(self, step: str, thread: threading.Thread, line: Lifeline) -> None:
        """Take the engines a thread holds away from it, and announce what is degraded."""
        engines = self.executor.take_from(line)
        hanging = Hanging(step, thread, now(), engines)
        with self._lock:
            self._hanging.append(hanging)
        log.error("degraded", what=hanging.sentence)
        if engines:
            self.load_engines()

    @property
    def hanging(self) -> Sequence[Hanging]:
        """Those that hang at the moment; some end after all."""
        with self._lock:
            self._hanging = [each for each in self._hanging if each.thread.is_alive()]
            return tuple(self._hanging)

    @property
    def timed_out(self) -> Mapping[str, int]:
        """How often each step was told to end, since the start of the process."""
        with self._lock:
            return dict(self._timed_out)

    @property
    def worn_out(self) -> str | None:
        """Why this process should take no further job and be started anew, or ``None``."""
        hanging = len(self.hanging)
        if hanging < MOST_HANGING:
            return None
        return f"{hanging} steps hang and cannot be ended; no video is indexed here until a restart"

    def degraded(self) -> Sequence[str]:
        """Return what does not work fully and why, one sentence each."""
        sentences = [each.sentence for each in self.hanging]
        worn_out = self.worn_out
        return sentences if worn_out is None else [*sentences, f"Worker: {worn_out}."]
