"""Do a request once, however often a client sends it under the same ``Idempotency-Key``."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import new_id
from kinodex.domain.repeats import LONGEST_KEY, KeptAnswer, Repeatable
from kinodex.stores.protocols import Records

KEPT = timedelta(hours=24)
"""How long an answer is given again."""
BEAT_S = 5.0
"""Whoever works on a request shows it so often."""
DEAD_AFTER_S = 30.0
"""A running request that shows nothing for so long died with its process."""
_MOST_WATCHED = 1_000


class Repeats:
    """
    Remembers requests and their answers.

    A request whose process died in the middle runs again and makes the same thing, under the same id.
    """

    def __init__(self, *, records: Records, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._records = records
        self._clock_s = clock_s
        self._watched: dict[str, tuple[int, float]] = {}

    def begin(self, *, owner: str, route: str, key: str, fingerprint: str) -> Repeatable:
        """
        Take up a request, or return it as answered: ``state`` is ``running`` or ``answered``.

        Args:
            owner: The id of the caller's API key; others may use the same ``key``.
            route: Method and path.
            key: What the client calls this request.
            fingerprint: Stands for the body.

        Raises:
            IdempotencyKeyInvalid: The key is empty, too long or not plain text.
            IdempotencyKeyReused: It came with another body before.
            RequestStillRunning: Its first request has not been answered yet.
            AnswerNotKept: It was done and its answer held a secret.
        """
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise errors.IdempotencyKeyInvalid(len(key), LONGEST_KEY)
        repeat_id = hashlib.sha256(f"{owner}\0{route}\0{key}".encode()).hexdigest()
        with self._records.write() as transaction:
            transaction.repeats.remove_older(now() - KEPT)
            transaction.repeats.lock(repeat_id)
            earlier = transaction.repeats.get(repeat_id)
            if earlier is not None:
                self._check(earlier, fingerprint)
                if earlier.state == "answered":
                    return earlier
            begun = Repeatable(
                id=repeat_id,
                fingerprint=fingerprint,
                made_id=earlier.made_id if earlier else new_id(),
                state="running",
                beats=earlier.beats + 1 if earlier else 0,
                created_at=earlier.created_at if earlier else now(),
            )
            transaction.repeats.put(begun)
        self._watched.pop(repeat_id, None)
        return begun

    def show_life(self, repeat: Repeatable) -> None:
        """Keep others from taking over; to be called every ``BEAT_S``."""
        with self._records.write() as transaction:
            transaction.repeats.beat(repeat.id)

    def answered(self, repeat: Repeatable, answer: KeptAnswer, *, is_secret: bool) -> None:
        """Keep an answer, or only that there was one."""
        ended = (
            replace(repeat, state="secret") if is_secret else replace(repeat, state="answered", answer=answer)
        )
        self._put(ended)

    def unanswered(self, repeat: Repeatable) -> None:
        """Let the next one try again: what happened was no answer to the request."""
        self._put(replace(repeat, state="open"))

    def reopen_all(self) -> None:
        """Let all requests be tried again that an earlier life of the only process left unanswered."""
        with self._records.write() as transaction:
            transaction.repeats.reopen_running()

    def _put(self, repeat: Repeatable) -> None:
        with self._records.write() as transaction:
            transaction.repeats.put(repeat)

    def _check(self, earlier: Repeatable, fingerprint: str) -> None:
        if earlier.state == "running" and not self._is_dead(earlier):
            raise errors.RequestStillRunning
        if earlier.fingerprint != fingerprint:
            raise errors.IdempotencyKeyReused
        if earlier.state == "secret":
            raise errors.AnswerNotKept

    def _is_dead(self, running: Repeatable) -> bool:
        """Watch by our own clock whether the beats still go up: no two clocks are compared."""
        beats, since_s = self._watched.get(running.id, (None, 0.0))
        if beats != running.beats:
            if len(self._watched) >= _MOST_WATCHED:
                self._watched.clear()
            self._watched[running.id] = (running.beats, self._clock_s())
            return False
        return self._clock_s() - since_s > DEAD_AFTER_S
