"""The few calls to the Linux kernel that Python has no function for."""

import ctypes
import os
import sys
from functools import cache

IS_LINUX = sys.platform == "linux"

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38

_SYNC_FILE_RANGE_WRITE = 2


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, value: int = 0, pointer: int = 0) -> None:
    """
    Change how the kernel treats this process (``prctl(2)``).

    Raises:
        OSError: The kernel refuses.
    """
    arguments = [ctypes.c_ulong(argument) for argument in (value, pointer, 0, 0)]
    _checked(_libc().prctl(ctypes.c_int(option), *arguments))


def syscall(number: int, *arguments: int) -> int:
    """
    Make a system call by its number (``syscall(2)``).

    Raises:
        OSError: The kernel refuses.
    """
    call = _libc().syscall
    call.restype = ctypes.c_long
    return _checked(call(ctypes.c_long(number), *(ctypes.c_long(argument) for argument in arguments)))


def start_writing(descriptor: int, offset: int, size_bytes: int) -> None:
    """
    Begin to write a stretch of a file to the disk, and do not wait for it (``sync_file_range(2)``).

    It makes a later ``fsync`` short and replaces none.

    Raises:
        OSError: The kernel refuses.
    """
    stretch = (ctypes.c_int64(offset), ctypes.c_int64(size_bytes))
    _checked(
        _libc().sync_file_range(ctypes.c_int(descriptor), *stretch, ctypes.c_uint(_SYNC_FILE_RANGE_WRITE))
    )


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
