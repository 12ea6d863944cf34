"""
The process that downloads: ``python -m kinodex.sources.child``, one job, then it ends.

It has no database and no secrets but those of its job, and ends with its parent. Each download waits for its
imports: they are few, and none of them is the log.
"""

import contextlib
import resource
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from kinodex.domain.errors import KinodexError
from kinodex.processes.linux import PR_SET_NO_NEW_PRIVS, prctl
from kinodex.processes.own import end_with, take_standard_output
from kinodex.sources.crossing import packed
from kinodex.sources.curl import fetcher_of
from kinodex.sources.messages import Brought, Here, Job, Noted, Plain, Reply, decode_job
from kinodex.sources.notes import Note

_MIB = 1024 * 1024
MEMORY_BYTES = 1024 * _MIB
"""Address space; a download takes some 0.2 GiB of it, most of that libraries."""
_OPEN_FILES = 64
_FILE_SLACK_BYTES = _MIB


def main() -> int:
    """Do the one job that stands on standard input; return the status to end with."""
    replies = take_standard_output()
    try:
        job = decode_job(sys.stdin.buffer.read())
        confine(job)
        _tell(replies, _answer(job, lambda reply: _tell(replies, reply)))
    except Exception as error:  # noqa: BLE001  whatever it is: its words may hold secrets of the job
        sys.stderr.writelines([f"{type(error).__name__}\n", *traceback.format_tb(error.__traceback__)])
        return 1
    return 0


def confine(job: Job) -> None:
    """Take what a download has no use for away from this process."""
    with contextlib.suppress(OSError):  # not on macOS: there it ends with the first reply nobody reads
        end_with(job.parent)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (job.limit_bytes + _FILE_SLACK_BYTES,) * 2)
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def _answer(job: Job, tell: Callable[[Reply], None]) -> Reply:
    try:
        fetched = fetcher_of(job.config).fetch(
            job.url,
            job.target,
            limit_bytes=job.limit_bytes,
            progress=lambda so_far: tell(Here(so_far.size_bytes, so_far.total_bytes, so_far.waits_for)),
            kind=job.kind,
            headers=job.headers,
            known_as=job.known_as,
            note=_passed_on(tell),
        )
    except KinodexError as error:
        return packed(error)
    return Brought(
        size_bytes=fetched.size_bytes,
        sha256=fetched.sha256,
        filename=fetched.filename,
        resumed=fetched.resumed,
        validator=fetched.validator,
    )


def _passed_on(tell: Callable[[Reply], None]) -> Note:
    """Return one that hands the log to the parent."""

    def pass_on(event: str, **fields: object) -> None:
        plain = {name: fact if isinstance(fact, Plain) else str(fact) for name, fact in fields.items()}
        tell(Noted("info", event, plain))

    return pass_on


def _tell(replies: BinaryIO, reply: Reply) -> None:
    replies.write(msgspec.json.encode(reply) + b"\n")
    replies.flush()


if __name__ == "__main__":
    sys.exit(main())
