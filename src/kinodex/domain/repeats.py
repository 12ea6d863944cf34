"""Requests that a client may send again under the same ``Idempotency-Key``."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RepeatState = Literal["running", "open", "answered", "secret"]
"""``open``: it ended without an answer worth keeping; ``secret``: it was done, the answer is not kept."""


LONGEST_KEY = 255
"""Characters of an ``Idempotency-Key``."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it went out."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeatable:
    """
    One request under its ``Idempotency-Key``.

    ``fingerprint`` stands for the body, ``made_id`` is the id of whatever the request makes, ``beats``
    goes up while somebody works on it.
    """

    id: str
    fingerprint: str
    made_id: str
    state: RepeatState
    beats: int
    created_at: datetime
    answer: KeptAnswer | None = None
