"""What a child process does with itself when it begins."""

import os
import signal
import sys
from typing import BinaryIO

from kinodex.processes.linux import IS_LINUX, PR_SET_PDEATHSIG, prctl


def end_with(parent: int) -> None:
    """
    End this process when its parent ends, however that happens.

    Raises:
        OSError: Not on Linux.
    """
    if not IS_LINUX:
        raise OSError("only Linux ends a process together with its parent")
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def take_standard_output() -> BinaryIO:
    """Return standard output for our replies alone; what libraries print goes to standard error."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies
