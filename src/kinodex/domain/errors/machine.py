"""This machine cannot go on."""

from pathlib import Path

from kinodex.domain.errors.root import KinodexError


class StorageFull(KinodexError):
    """Not enough free space to go on."""

    code = "storage_full"
    retryable = True

    def __init__(self, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(f"The disk has {free_bytes} bytes free and {needed_bytes} are needed.")


class EngineFailed(KinodexError):
    """An engine raised while it worked; trying again may help."""

    code = "engine_failed"
    retryable = True

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(f"The engine {engine} failed: {reason}.")
        self.engine = engine


class EngineNotReady(KinodexError):
    """An engine's weights are not on this machine."""

    code = "engine_not_ready"

    def __init__(self, engine: str, cure: str) -> None:
        super().__init__(f"The engine {engine} is not ready: {cure}.")
        self.engine = engine


class WorkerLost(KinodexError):
    """The worker stopped several times on this task."""

    code = "worker_lost"

    def __init__(self, attempts: int) -> None:
        super().__init__(f"The worker stopped {attempts} times while it worked on this task.")


class TaskWithdrawn(KinodexError):
    """The task or its index was deleted while the work was going on."""

    code = "task_withdrawn"

    def __init__(self) -> None:
        super().__init__("The task was deleted.")


class Overloaded(KinodexError):
    """Too much is waiting already."""

    code = "too_many_requests"
    retryable = True

    def __init__(self, reason: str, retry_after_s: int) -> None:
        super().__init__(f"{reason} Try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s


class DatabaseUnusable(KinodexError):
    """The database does not answer, or its URL names none."""

    code = "database_unusable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database of KINODEX_DATABASE_URL cannot be used: {reason}.")


class DataFolderInUse(KinodexError):
    """A second process on an embedded database."""

    code = "data_folder_in_use"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Another Kinodex process uses {folder}. With SQLite one process serves and indexes; "
            "for more, set KINODEX_DATABASE_URL to PostgreSQL."
        )


class ServerOverloaded(Overloaded):
    """The whole server has too much to do, whoever asks."""

    code = "server_overloaded"


class EngineBusy(ServerOverloaded):
    """An engine worked for others for longer than a request waits."""

    code = "engine_busy"

    def __init__(self, engine: str, waited_s: float) -> None:
        reason = f"The engine {engine} was at work for others all the {waited_s:g} s a request waits for it."
        super().__init__(reason, retry_after_s=10)
        self.engine = engine


class ServerStopping(Overloaded):
    """The server was told to stop; another one, or the same one soon, takes the request."""

    code = "server_stopping"

    def __init__(self) -> None:
        super().__init__("The server is stopping.", retry_after_s=10)
