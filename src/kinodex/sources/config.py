"""What a fetcher is told once; it crosses over to the process that downloads."""

from dataclasses import dataclass, field
from pathlib import Path

from kinodex.sources.limits import FetchLimits

DEFAULT_RESERVE_BYTES = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchConfig:
    """
    How videos are fetched.

    Attributes:
        allow: Pairs like ``127.0.0.1:9000`` that may be reached although not public.
        free_space_bytes: Space on the disk that is never used.
        limits: Clocks and budgets.
        ca_file: Trusted certificate authorities; the system's without it.
        proxy: URL of the proxy that requests go through and that decides which addresses are reached.
    """

    allow: tuple[str, ...] = ()
    free_space_bytes: int = DEFAULT_RESERVE_BYTES
    limits: FetchLimits = field(default_factory=FetchLimits)
    ca_file: Path | None = None
    proxy: str | None = field(default=None, repr=False)
