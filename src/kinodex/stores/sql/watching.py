"""Whether anything was committed to a SQLite file, told by the file itself."""

import sqlite3
from pathlib import Path
from threading import Lock


class CommitWatch:
    """
    A connection that only asks one question; any thread may use it.

    ``PRAGMA data_version`` gives another number after each commit of another connection, of this process or
    of any (https://www.sqlite.org/pragma.html#pragma_data_version); this one commits nothing.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, which is there."""
        self._lock = Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)

    def version(self) -> int:
        """Return a number that is another one as soon as something was committed; microseconds."""
        with self._lock:
            number: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return number

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._connection.close()
