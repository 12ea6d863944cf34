"""
What a decoding process gives up before it touches an untrusted file.

Every measure is taken where the system has it; what is missing is told, never required: containers often
forbid a process to restrict itself further, and macOS has few of these means.
"""

import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kinodex.media.landlock import keep_only
from kinodex.media.messages import Limits, SandboxState
from kinodex.media.seccomp import refuse_calls
from kinodex.processes.linux import PR_SET_NO_NEW_PRIVS, prctl
from kinodex.processes.own import end_with

_OPEN_FILES = 64
_FIRST_TO_BE_KILLED = b"1000"
_GRACE_CPU_S = 5
"""After the signal for too much processor time, until the kill that cannot be ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is left to a confined process: one file to read, perhaps one folder to write, its own program."""

    file: Path | None = None
    folder: Path | None = None

    @property
    def readable(self) -> list[Path]:
        """Files and folders to read: Python and its packages load parts of themselves late."""
        program = [Path(entry) for entry in (sys.prefix, sys.base_prefix, *sys.path) if entry]
        return [*program, *([self.file] if self.file else [])]

    @property
    def writable(self) -> list[Path]:
        """Folders to write."""
        return [self.folder] if self.folder else []


def confine(limits: Limits, reach: Reach, *, parent: int) -> SandboxState:
    """
    Confine this process for the rest of its life.

    Args:
        limits: Memory, processor time and size of written files.
        reach: What it may still read and write.
        parent: Process id of the parent, with which this process is to end.

    Returns:
        Which measures are active, and for each missing one a sentence that says why.
    """
    measures: list[tuple[str, Callable[[], object]]] = [
        ("end with the parent", lambda: end_with(parent)),
        ("limit of memory", lambda: resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes,) * 2)),
        ("limit of processor time", lambda: _limit_processor_time(limits.cpu_s)),
        ("limits of files", lambda: _limit_files(limits.file_bytes)),
        ("first to be killed when memory is short", _volunteer_for_the_oom_killer),
        ("no new privileges", lambda: prctl(PR_SET_NO_NEW_PRIVS, 1)),
        ("Landlock", lambda: keep_only(readable=reach.readable, writable=reach.writable)),
        ("seccomp", refuse_calls),
    ]
    active, missing = [], []
    for name, take in measures:
        try:
            take()
            active.append(name)
        except (OSError, ValueError, AttributeError) as error:
            missing.append(f"Decoding runs without {name}: {error}.")
    return SandboxState(active=tuple(active), missing=tuple(missing))


def _limit_processor_time(cpu_s: float) -> None:
    soft = max(1, round(cpu_s))
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft + _GRACE_CPU_S))


def _limit_files(file_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))


def _volunteer_for_the_oom_killer() -> None:
    Path("/proc/self/oom_score_adj").write_bytes(_FIRST_TO_BE_KILLED)
