"""What a download has to say for the log."""

from typing import Protocol


class Note(Protocol):
    """Takes a line for the log: what happened, and its facts."""

    def __call__(self, event: str, **fields: object) -> None:
        """Take a line."""


def log(event: str, **fields: object) -> None:
    """Write a line to the log of this process."""
    import structlog  # noqa: PLC0415  it takes as long as all other imports of a downloading process together

    structlog.get_logger(__name__).info(event, **fields)
