"""
What the server and a downloading child say to each other.

The job goes in on standard input, never in an argument list: it may hold secrets. Replies come out on
standard output, one JSON value to a line; anything else means that the child is broken.
"""

from pathlib import Path
from typing import Literal

import msgspec

from kinodex.domain.request_headers import RequestHeaders
from kinodex.sources.config import FetchConfig
from kinodex.sources.protocols import Kind

Plain = str | int | float | bool | None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One download; ``parent`` is the process to end with."""

    parent: int
    config: FetchConfig
    url: str
    target: Path
    limit_bytes: int
    kind: Kind
    headers: RequestHeaders
    known_as: str | None = None


def encode_job(job: Job) -> bytes:
    """Return a job as JSON."""
    return msgspec.json.encode(job, enc_hook=str)


def decode_job(content: bytes) -> Job:
    """
    Return the job a JSON text holds.

    Raises:
        msgspec.DecodeError: It holds none.
    """
    return msgspec.json.decode(content, type=Job, dec_hook=lambda _type, text: Path(text))


class Here(msgspec.Struct, frozen=True, tag="here"):
    """So many bytes are on the disk, of so many; and why there are no more now, before another try."""

    size_bytes: int
    total_bytes: int | None
    waits_for: str | None = None


class Noted(msgspec.Struct, frozen=True, tag="noted"):
    """A line for the log, which the server writes."""

    level: Literal["debug", "info", "warning", "error"]
    event: str
    fields: dict[str, Plain]


class Brought(msgspec.Struct, frozen=True, tag="brought"):
    """The file is whole and in its place."""

    size_bytes: int
    sha256: str
    filename: str
    resumed: int
    validator: str | None


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """An error of ours: its class by name, its sentence, and the facts it carries."""

    name: str
    message: str
    facts: dict[str, Plain]


Reply = Here | Noted | Brought | Failed
