"""What a task waits for, in words."""

from collections.abc import Sequence
from dataclasses import replace

from kinodex.domain.tasks import Task
from kinodex.jobs.protocols import Attempt, Jobs, Line


def with_reasons(jobs: Jobs, tasks: Sequence[Task]) -> Sequence[Task]:
    """Say of tasks that nobody works on what they wait for."""
    attempts = {
        task.id: Attempt(task.id, task.attempt)
        for task in tasks
        if not task.status.is_final and task.waits_for is None
    }
    if not attempts:
        return tasks
    line = jobs.line(list(attempts.values()))
    return [
        replace(task, waits_for=queue_reason(line, attempts[task.id])) if task.id in attempts else task
        for task in tasks
    ]


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
