"""
Seccomp: a process gives up system calls, for good (``seccomp(2)``).

Refused with ``EPERM``: the network, programs and processes, signals, other processes' memory, mounting,
namespaces, kernel keys, interfaces that get round such filters (io_uring), the loosening of limits, and
what Landlock leaves open: owners, permissions, times and attributes of files. Threads stay possible.
"""

import ctypes
import errno
import platform
import struct

from kinodex.processes.linux import PR_SET_SECCOMP, prctl

_MODE_FILTER = 2
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000

# Classic BPF (linux/bpf_common.h): load a word, jump if equal / greater or equal / any bit set, return.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_AT, _PROCESSOR_AT, _FIRST_ARGUMENT_AT = 0, 4, 16

_X32_CALLS = 0x40000000  # a second way to make every call on x86-64
_CLONE_THREAD = 0x00010000

# pidfd, io_uring, mounts, fchmodat2
_SINCE_5 = (424, 425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 442, 452)
_CLONE3 = 435

# For each processor: its AUDIT_ARCH, ``clone``, and the refused calls by number (asm/unistd.h).
_PROCESSORS = {
    "x86_64": (
        0xC000003E,
        56,
        (
            # sockets
            *(41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 288, 299, 307),
            # fork, vfork, execve, execveat, kill, tkill, tgkill, queued signals
            *(57, 58, 59, 322, 62, 200, 234, 129, 297),
            # ptrace, process_vm_*, unshare, setns, chroot, pivot_root, mount, umount2, open_by_handle_at
            *(101, 310, 311, 272, 308, 161, 155, 165, 166, 304),
            # keys, bpf, perf_event_open, userfaultfd, modules, kexec, reboot, acct, swapon, personality
            *(248, 249, 250, 321, 298, 323, 175, 313, 176, 246, 320, 169, 163, 167, 135),
            # setrlimit, prlimit64, prctl
            *(160, 302, 157),
            # chmod, fchmod, fchmodat, chown, fchown, lchown, fchownat, utime, utimes, utimensat, futimesat
            *(90, 91, 268, 92, 93, 94, 260, 132, 235, 280, 261),
            # setxattr, removexattr, each of a path, of a link and of an open file
            *(188, 189, 190, 197, 198, 199),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        (
            *(198, 199, 200, 201, 202, 203, 206, 207, 211, 212, 242, 243, 269),
            *(221, 281, 129, 130, 131, 138, 240),
            *(117, 270, 271, 97, 268, 51, 41, 40, 39, 265),
            *(217, 218, 219, 280, 241, 282, 105, 273, 106, 104, 294, 142, 89, 224, 92),
            *(164, 261, 167),
            *(52, 53, 54, 55, 88, 5, 6, 7, 14, 15, 16),
        ),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse_calls() -> None:
    """
    Give up the system calls a decoder has no use for. ``no_new_privs`` must be set.

    Raises:
        OSError: The kernel has no seccomp, or the processor is one whose calls are not known here.
    """
    machine = platform.machine()
    if machine not in _PROCESSORS:
        raise OSError(errno.ENOSYS, f"the system calls of {machine} are not known")
    code = _program(*_PROCESSORS[machine])
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(program))


def _program(processor: int, clone: int, refused: tuple[int, ...]) -> bytes:
    """Return the filter as BPF instructions of 8 bytes each."""
    lines = [
        _line(_LOAD, _PROCESSOR_AT),
        _line(_IF_EQUAL, processor, jump_if=1),
        _line(_RETURN, _KILL),
        _line(_LOAD, _NUMBER_AT),
        *_return_if(_IF_AT_LEAST, _X32_CALLS, _REFUSE | errno.EPERM),
        # The C library then takes ``clone``, whose flags can be looked at.
        *_return_if(_IF_EQUAL, _CLONE3, _REFUSE | errno.ENOSYS),
    ]
    for number in (*refused, *_SINCE_5):
        lines += _return_if(_IF_EQUAL, number, _REFUSE | errno.EPERM)
    lines += [
        _line(_IF_EQUAL, clone, jump_if=1),
        _line(_RETURN, _ALLOW),
        _line(_LOAD, _FIRST_ARGUMENT_AT),
        *_return_if(_IF_BITS, _CLONE_THREAD, _ALLOW),
        _line(_RETURN, _REFUSE | errno.EPERM),
    ]
    return b"".join(lines)


def _return_if(test: int, value: int, answer: int) -> tuple[bytes, bytes]:
    return _line(test, value, jump_else=1), _line(_RETURN, answer)


def _line(code: int, value: int, *, jump_if: int = 0, jump_else: int = 0) -> bytes:
    return struct.pack("=HBBI", code, jump_if, jump_else, value)
