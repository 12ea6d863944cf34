"""How a command ends when something is wrong: one line on stderr and a status that says what kind."""

from enum import IntEnum

from kinodex.domain.errors import EngineNotReady, KinodexError, ModelNotBrought, ModelUnknown


class Status(IntEnum):
    """Exit statuses, documented in ``docs/operations/command.md``."""

    OK = 0
    FAULT = 1  # ours
    USAGE = 2  # the command line or a setting is wrong
    UNREACHABLE = 3  # no server answers
    REFUSED = 4  # the server refused the request
    TASK_FAILED = 5  # a task ended as failed
    NOT_READY = 6  # something keeps the server, or a model, from working
    INCONSISTENT = 7  # fsck found something that is not repaired, or models verify a changed file
    DELIVERY_FAILED = 8  # a receiver did not take a test event


class CommandFailed(Exception):
    """A command cannot do what it was asked to."""

    def __init__(self, status: Status, message: str) -> None:
        super().__init__(message)
        self.status = status


def status_of(error: KinodexError) -> Status:
    """Return the status for an error of a command that works without a server."""
    for kind, status in (
        (ModelUnknown, Status.USAGE),
        (ModelNotBrought, Status.UNREACHABLE),
        (EngineNotReady, Status.NOT_READY),
    ):
        if isinstance(error, kind):
            return status
    return Status.FAULT
