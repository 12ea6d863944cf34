"""How much a server does at the same time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateSize:
    """How many heavy requests of a kind run at once, and how many more may wait for their turn."""

    at_once: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """
    What one process answers at the same time.

    ``requests`` counts everything that is open, the others what costs much: together less than there are
    threads, so that a light request never waits for them.
    """

    requests: int = 400
    searches: GateSize = GateSize(8, 64)
    embeds: GateSize = GateSize(4, 32)
    uploads: GateSize = GateSize(16, 48)
    estimates: GateSize = GateSize(4, 16)
    clips: GateSize = GateSize(2, 6)
    streams: GateSize = GateSize(64, 0)
