"""What a task waits for, in words."""

from kinodex.jobs.protocols import Attempt, Line


def queue_reason(line: Line, attempt: Attempt) -> str | None:
    """Return why nobody works on an attempt yet, or ``None`` if somebody does."""
    place = line.places.get(attempt)
    if place is None:
        return None
    if not line.slots:
        return "no worker is running"
    if place.is_running:
        return None
    ahead = f"{place.ahead} tasks are ahead" if place.ahead != 1 else "1 task is ahead"
    return f"{ahead}; {_business(min(line.busy, line.slots), line.slots)}"


def _business(busy: int, slots: int) -> str:
    if slots == 1:
        return "the only worker is busy" if busy else "the only worker is free"
    return f"{busy} of {slots} workers {'is' if busy == 1 else 'are'} busy"
