"""How long, how often and how slowly a download may go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """
    Clocks and budgets of one download.

    Attributes:
        connect_s: For finding the address; and again for connecting, with TLS.
        head_s: From the connection to the end of the answer's head, however it drips in.
        idle_s: Longest silence inside the body.
        minimum_bytes_per_s: Least mean rate over each ``rate_window_s`` of the body.
        total_s: For everything, retries and waits too.
        redirects: Most redirects followed.
        attempts: Most tries in a row without real progress.
        backoff_s: Mean wait before the second try; doubles with each, up to ``longest_backoff_s``.
        longest_retry_after_s: A host that asks for a longer wait is given up at once.
        sync_every_s: How often bytes are forced to the disk; a killed download repeats about so much.
        progress_every_s: How often progress is told.
    """

    connect_s: float = 10.0
    head_s: float = 30.0
    idle_s: float = 30.0
    minimum_bytes_per_s: int = 10 * 1024
    rate_window_s: float = 30.0
    total_s: float = 4 * 3600.0
    redirects: int = 5
    attempts: int = 5
    backoff_s: float = 1.0
    longest_backoff_s: float = 60.0
    longest_retry_after_s: float = 300.0
    sync_every_s: float = 2.0
    progress_every_s: float = 1.0
