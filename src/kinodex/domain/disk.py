"""Free space: looked at before, while and when it runs out."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kinodex.domain.errors import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The file system of a folder, and what must stay free on it."""

    folder: Path
    reserve_bytes: int

    def check(self, needed_bytes: int) -> None:
        """
        Make sure that so many bytes fit beside the reserve.

        Raises:
            StorageFull: They do not.
        """
        free_bytes = shutil.disk_usage(self.folder).free
        if free_bytes < needed_bytes + self.reserve_bytes:
            raise StorageFull(free_bytes, needed_bytes + self.reserve_bytes)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise ``StorageFull`` for what the operating system says when a write does not fit."""
        try:
            yield
        except OSError as error:
            if error.errno not in _FULL:
                raise
            free_bytes = shutil.disk_usage(self.folder).free
            raise StorageFull(free_bytes, free_bytes + self.reserve_bytes + 1) from error
