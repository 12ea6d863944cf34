"""
What the parent and a decoding child say to each other: one JSON value each way, and progress in between.

The request goes in on standard input, replies come out on standard output, one to a line. The parent trusts
no reply: anything but these shapes means that the child is broken.
"""

from typing import Literal

import msgspec

from kinodex.domain.media import Glimpse, MediaFacts
from kinodex.domain.streams import FileFacts


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a child may use; ``cpu_s`` is processor time, ``file_bytes`` the size of each file it writes."""

    memory_bytes: int
    cpu_s: float
    file_bytes: int
    max_pixels: int


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """
    One job for a child; ``parent`` is the process to end with.

    ``spans`` says which bytes are there for a glance, ``total_bytes`` how long the whole file is, and
    ``stretch_s`` from when to when a clip goes.
    """

    job: Literal["probe", "glance", "decode", "package", "clip", "describe", "thumbnail", "inspect"]
    limits: Limits
    parent: int
    path: str | None = None
    folder: str | None = None
    facts: MediaFacts | None = None
    spans: tuple[tuple[int, int], ...] = ()
    total_bytes: int | None = None
    stretch_s: tuple[float, float] | None = None


class SandboxState(msgspec.Struct, frozen=True, kw_only=True, tag="confined"):
    """
    How a child is confined.

    ``active`` names the measures in force, ``missing`` says in a sentence each which are not and why.
    ``reached`` is filled by an inspection: what a confined child tried and could do all the same.
    """

    active: tuple[str, ...]
    missing: tuple[str, ...]
    reached: tuple[str, ...] = ()


class Progressed(msgspec.Struct, frozen=True, tag="progressed"):
    """The share of the work that is done, in [0, 1]."""

    share: float


class Probed(msgspec.Struct, frozen=True, tag="probed"):
    """The answer to a probe."""

    facts: MediaFacts


class Glimpsed(msgspec.Struct, frozen=True, tag="glimpsed"):
    """The answer to a glance."""

    glimpse: Glimpse


class Described(msgspec.Struct, frozen=True, tag="described"):
    """The answer to a question for streams."""

    facts: FileFacts


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """A decode pass is over; what it found lies in its folder."""


class Packaged(msgspec.Struct, frozen=True, tag="packaged"):
    """Packaging is over; ``flaw`` says what players cannot do with it, if anything."""

    flaw: str | None


Kind = Literal["not_a_video", "broken", "storage_full"]


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """The job cannot be done, in words for people."""

    kind: Kind
    reason: str


class Unreadable(Exception):
    """
    Raised in a child for a file that cannot be used; crosses over to the parent as ``Failed``.

    ``container`` is the name of the container, if that could be read.
    """

    def __init__(self, reason: str, *, kind: Kind = "broken", container: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.container = container
        self.kind: Kind = kind


Reply = SandboxState | Progressed | Probed | Glimpsed | Described | Finished | Packaged | Failed
