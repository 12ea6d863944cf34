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
    busy = min(line.busy, line.slots)
    ahead = f"{place.ahead} tasks are ahead" if place.ahead != 1 else "1 task is ahead"
    workers = "worker" if line.slots == 1 else "workers"
    return f"{ahead}; {busy} of {line.slots} {workers} {'is' if busy == 1 else 'are'} busy"
