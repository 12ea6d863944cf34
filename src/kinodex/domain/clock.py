"""The time shown to people: aware datetimes in UTC, to the millisecond."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment in UTC, cut to whole milliseconds as the wire shows it."""
    present = datetime.now(UTC)
    return present.replace(microsecond=present.microsecond // 1000 * 1000)
