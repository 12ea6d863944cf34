"""
Gates for heavy requests: so many of a kind run at once, a few more wait, further ones are told to come back.

A request passes its gate before its body is read, so what waits costs no memory. No key gets more than
three quarters of a gate, and of those that wait the key with the fewest running comes first.
"""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from typing import Any

from fastapi import Depends
from starlette.requests import Request

from kinodex.domain import errors
from kinodex.domain.capacity import Capacity, GateSize

SHARE = 0.75
"""Of a gate, for one key."""
LONGEST_TURN_S = 20.0
"""Nobody waits longer; clients give up after a minute."""
RETRY_AFTER_S = 5
_PASSED = "kinodex.gate"


@dataclass(slots=True, eq=False)
class _Waiting:
    owner: str
    turn: asyncio.Future[None]


class Gate:
    """One kind of heavy request; to be used from one event loop."""

    def __init__(self, name: str, size: GateSize, *, longest_turn_s: float = LONGEST_TURN_S) -> None:
        """
        Open a gate.

        Args:
            name: What passes it, in the plural.
            size: How many.
            longest_turn_s: Who waits longer is refused.
        """
        self.name = name
        self.refused: Counter[str] = Counter()
        self._size = size
        self._longest_turn_s = longest_turn_s
        self._most_running = math.ceil(size.at_once * SHARE)
        self._most_places = self._most_running + math.ceil(size.waiting * SHARE)
        self._running: Counter[str] = Counter()
        self._line: list[_Waiting] = []
        self._is_closed = False

    @property
    def running(self) -> int:
        """Return how many run."""
        return self._running.total()

    @property
    def waiting(self) -> int:
        """Return how many wait for their turn."""
        return len(self._line)

    @asynccontextmanager
    async def place(self, owner: str) -> AsyncIterator[None]:
        """
        Hold a place for a block; wait for it if need be.

        Raises:
            Overloaded: The owner has its share already.
            ServerOverloaded: As many wait as may, or the turn did not come in time.
            ServerStopping: The server stops.
        """
        await self._enter(owner)
        try:
            yield
        finally:
            self._leave(owner)

    def close(self) -> None:
        """Refuse those who wait, and everybody from now on; what runs goes on."""
        self._is_closed = True
        for each in self._line:
            if not each.turn.done():
                each.turn.set_exception(self._refusal("stopping", errors.ServerStopping()))

    async def _enter(self, owner: str) -> None:
        self._check(owner)
        if not self._line and self._may_run(owner):
            self._running[owner] += 1
            return
        if len(self._line) >= self._size.waiting:
            reason = f"{self.running} {self.name} run and {self.waiting} wait already, and no more may."
            raise self._refusal("server", errors.ServerOverloaded(reason, retry_after_s=RETRY_AFTER_S))
        mine = _Waiting(owner, asyncio.get_running_loop().create_future())
        self._line.append(mine)
        try:
            async with asyncio.timeout(self._longest_turn_s):
                # Somebody may have left while a key with its share stood first.
                self._admit()
                await mine.turn
        except TimeoutError as error:
            reason = f"The turn did not come within {self._longest_turn_s:g} s: too many {self.name} run."
            refusal = errors.ServerOverloaded(reason, retry_after_s=RETRY_AFTER_S)
            raise self._refusal("late", refusal) from error
        except BaseException:
            if mine.turn.done() and not mine.turn.cancelled() and mine.turn.exception() is None:
                self._leave(owner)
            raise
        finally:
            if mine in self._line:
                self._line.remove(mine)

    def _check(self, owner: str) -> None:
        if self._is_closed:
            raise self._refusal("stopping", errors.ServerStopping())
        places = self._running[owner] + sum(each.owner == owner for each in self._line)
        if places >= self._most_places:
            reason = f"{places} {self.name} of this key run or wait already, and {self._most_places} may."
            raise self._refusal("key", errors.Overloaded(reason, retry_after_s=RETRY_AFTER_S))

    def _may_run(self, owner: str) -> bool:
        return self.running < self._size.at_once and self._running[owner] < self._most_running

    def _leave(self, owner: str) -> None:
        self._running[owner] -= 1
        if not self._running[owner]:
            del self._running[owner]
        self._admit()

    def _admit(self) -> None:
        """Let in who may run, the key with the fewest running first, among equals who waits longest."""
        while able := [each for each in self._line if not each.turn.done() and self._may_run(each.owner)]:
            first = min(able, key=lambda each: self._running[each.owner])
            self._line.remove(first)
            self._running[first.owner] += 1
            first.turn.set_result(None)

    def _refusal(self, reason: str, error: errors.Overloaded) -> errors.Overloaded:
        self.refused[reason] += 1
        return error


class Gates:
    """The gates of a process."""

    def __init__(self, capacity: Capacity) -> None:
        """Open them."""
        sizes = {each.name: getattr(capacity, each.name) for each in fields(capacity)}
        self._gates = {name: Gate(name, size) for name, size in sizes.items() if isinstance(size, GateSize)}

    def __getitem__(self, name: str) -> Gate:
        """Return a gate by what passes it."""
        return self._gates[name]

    def __iter__(self) -> Iterator[Gate]:
        """Go through all gates."""
        return iter(self._gates.values())

    def close(self) -> None:
        """Let nobody in any more."""
        for gate in self:
            gate.close()


@asynccontextmanager
async def passing(request: Request, name: str, *, owner: str | None = None) -> AsyncIterator[None]:
    """
    Hold a place at a gate; a request that holds one already needs no other.

    ``owner`` stands in for the key where a request came by a link.

    Raises:
        Overloaded: There is none.
    """
    if request.scope.get(_PASSED):
        yield
        return
    gates: Gates = request.app.state.gates
    async with gates[name].place(owner or request.state.key.id):
        request.scope[_PASSED] = name
        yield


@dataclass(frozen=True)
class Passes:
    """A dependency that holds a place at a gate until the answer is made; it stands after that of the key."""

    name: str

    async def __call__(self, request: Request) -> AsyncIterator[None]:
        """
        Hold a place.

        Raises:
            Overloaded: There is none.
        """
        async with passing(request, self.name):
            yield


SEARCHES: Any = Depends(Passes("searches"), scope="function")
EMBEDS: Any = Depends(Passes("embeds"), scope="function")
STREAMS: Any = Depends(Passes("streams"), scope="request")
"""Held until the last byte of the answer is sent."""
ESTIMATES: Any = Depends(Passes("estimates"), scope="function")
