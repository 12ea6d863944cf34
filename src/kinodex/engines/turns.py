"""Taking turns at one engine: its lock, its accounts, its errors made ours."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from threading import Lock
from typing import TypeVar

from kinodex.domain import lifelines
from kinodex.domain.errors import EngineBusy, EngineFailed, KinodexError
from kinodex.domain.lifelines import Lifeline
from kinodex.engines.protocols import Engine, ReadSound

Item = TypeVar("Item")
Result = TypeVar("Result")

BATCH = 8
"""Items of one turn: 1.4 times as fast as one by one on a CPU; more gains nothing and makes queries wait."""


LOOK_S = 0.25
"""Whoever waits for an engine looks so often whether it still works."""

PATIENCE_S = 30.0
"""A request, which nobody watches, waits for an engine at most so long; a step waits while others go on."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What an engine has done since the start."""

    seconds: float = 0.0
    items: int = 0


class Outside:
    """
    Work an engine asks of its caller while it holds its turn: reading sound, the next picture.

    Its time is not the engine's, and what it raises is not the engine's failure.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.error: Exception | None = None

    def run(self, work: Callable[[], Result]) -> Result:
        """Do the work, remember what it raises, and how long it took."""
        start_s = time.perf_counter()
        try:
            lifelines.moved()
            return work()
        except Exception as error:
            self.error = error
            raise
        finally:
            self.seconds += time.perf_counter() - start_s

    def reading(self, read: ReadSound) -> ReadSound:
        """Return the reader of sound, watched."""
        return lambda start_s, end_s: self.run(lambda: read(start_s, end_s))

    def each(self, items: Iterable[Item], *, count: Callable[[], None]) -> Iterator[Item]:
        """Yield items that are made outside, counting each."""
        iterator = iter(items)
        while found := self.run(lambda: list(islice(iterator, 1))):
            count()
            yield from found


class Turns:
    """
    One engine, one call at a time, loaded before its first.

    ``reason`` says why the engine is not ready; it is ``None`` once its model is loaded.
    """

    def __init__(self, engine: Engine, *, patience_s: float = PATIENCE_S) -> None:
        """Begin with nobody at the engine; what no step waits for waits at most so many seconds."""
        self._patience_s = patience_s
        self.engine = engine.name
        self.reason: str | None = "its model is not loaded yet"
        self._warm_up = engine.warm_up
        self._lock = Lock()
        # Whoever waits for the engine holds the place next in line: without it, the thread that gives the
        # engine up between two batches would mostly be the one that gets it again.
        self._next_in_line = Lock()
        self._seconds = 0.0
        self._items = 0
        self._turn = 0
        self._holder: Lifeline | None = None
        self._is_hung = False

    def is_held_by(self, line: Lifeline) -> bool:
        """Return whether the engine works for a step."""
        return self._holder is line

    def give_up(self) -> None:
        """Count the engine as hung: nobody waits for it any more."""
        self._is_hung = True
        self.reason = "it hangs"

    @property
    def usage(self) -> Usage:
        """What the engine has done."""
        return Usage(self._seconds, self._items)

    def count(self, items: int = 1) -> None:
        """Add to the items done."""
        self._items += items

    def warm_up(self) -> None:
        """Load the engine's model, however long others have the engine; raises as ``take`` does."""
        self._take(lambda: None, outside=None, patience_s=math.inf)

    def take(self, work: Callable[[], Result], *, outside: Outside | None = None) -> Result:
        """
        Wait for the engine and let it work.

        Raises:
            EngineBusy: If no step but a request waits for it, and others have it for too long.
            EngineNotReady: If its model cannot be loaded.
            EngineFailed: If it hangs, or raises anything but ours, ``MemoryError``, or what is from outside.
        """
        patience_s = self._patience_s if lifelines.current() is None else math.inf
        return self._take(work, outside=outside, patience_s=patience_s)

    def _take(self, work: Callable[[], Result], *, outside: Outside | None, patience_s: float) -> Result:
        give_up_at_s = time.monotonic() + patience_s
        self._acquire(self._next_in_line, give_up_at_s=give_up_at_s)
        try:
            self._acquire(self._lock, give_up_at_s=give_up_at_s)
        finally:
            self._next_in_line.release()
        start_s, outside_s = time.perf_counter(), outside.seconds if outside else 0.0
        self._turn += 1
        self._holder = lifelines.current()
        try:
            lifelines.moved()
            return self._guarded(work, outside=outside)
        finally:
            others_s = (outside.seconds if outside else 0.0) - outside_s
            self._seconds += time.perf_counter() - start_s - others_s
            self._holder = None
            self._lock.release()

    def _acquire(self, lock: Lock, *, give_up_at_s: float) -> None:
        """
        Wait for a lock; that whoever has the engine goes on is a sign of life for those who wait.

        Raises:
            EngineBusy: The time to give up has come.
            EngineFailed: The engine hangs.
        """
        seen = self._progress()
        while not lock.acquire(timeout=min(LOOK_S, max(0.0, give_up_at_s - time.monotonic()))):
            if self._is_hung:
                raise EngineFailed(self.engine, "it hangs")
            if time.monotonic() >= give_up_at_s:
                raise EngineBusy(self.engine, self._patience_s)
            if (progress := self._progress()) != seen:
                seen = progress
                lifelines.moved()
            else:
                lifelines.check()

    def _progress(self) -> tuple[int, float]:
        holder = self._holder
        return self._turn, 0.0 if holder is None else holder.moved_at_s

    def _guarded(self, work: Callable[[], Result], *, outside: Outside | None) -> Result:
        try:
            self._load()
            return work()
        except (KinodexError, MemoryError):
            raise
        except Exception as error:
            if outside is not None and error is outside.error:
                raise
            raise EngineFailed(self.engine, f"{type(error).__name__}: {error}") from error

    def _load(self) -> None:
        if self.reason is None:
            return
        try:
            self._warm_up()
        except Exception as error:
            self.reason = str(error)
            raise
        self.reason = None

    def in_batches(self, items: Iterable[Item], work: Callable[[list[Item]], Result]) -> Iterator[Result]:
        """
        Yield the results of batches in order; the turn is given up between them.

        Items are taken a batch at a time. When memory runs out, smaller batches are tried to the end.

        Raises:
            EngineFailed: If the engine fails, or has too little memory for a single item.
        """
        iterator, size = iter(items), BATCH
        waiting: list[Item] = []
        while waiting or (waiting := list(islice(iterator, size))):
            batch = waiting[:size]
            try:
                result = self.take(partial(work, batch))
            except MemoryError as error:
                if len(batch) == 1:
                    raise EngineFailed(self.engine, "there is not enough memory") from error
                size = len(batch) // 2
                continue
            waiting = waiting[size:]
            self.count(len(batch))
            yield result
