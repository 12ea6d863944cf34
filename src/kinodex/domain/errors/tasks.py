"""A task cannot be done what was asked of it, or it ended in its own way."""

from kinodex.domain.errors.requests import Refused
from kinodex.domain.errors.root import KinodexError


class TaskCanceled(KinodexError):
    """The task was cancelled by its owner."""

    code = "task_canceled"

    def __init__(self) -> None:
        super().__init__("The task was canceled.")


class TaskNotCancelable(Refused):
    """Only a task that has not ended can be cancelled."""

    code = "task_cannot_be_canceled"

    def __init__(self, state: str) -> None:
        super().__init__(f"The task cannot be canceled: it is {state}.")


class TaskNotRetryable(Refused):
    """Only a failed task can be tried again."""

    code = "task_cannot_be_retried"

    def __init__(self, state: str) -> None:
        super().__init__(f"The task cannot be retried: it is {state}; only failed tasks can be.")


class SourceGone(Refused):
    """The bytes of a failed task are gone and cannot be fetched again."""

    code = "task_source_gone"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The task cannot be retried: {reason}.")


class StepTimedOut(KinodexError):
    """A step took longer than allowed, or made no progress for too long."""

    code = "step_timed_out"
    retryable = True

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"The step {step} {reason}.")


class StepStuck(StepTimedOut):
    """A step that timed out did not even end when it was told to, so trying it again here is of no use."""

    retryable = False
