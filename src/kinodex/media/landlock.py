"""
Landlock: a process gives up every file but those it names, for good (``landlock(7)``, Linux 5.13).

Rights that a kernel does not know are left out, so that the same rules hold on an older one, with less in
them.
"""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from kinodex.processes.linux import syscall

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every processor
_VERSION_FLAG = 1
_PATH_BENEATH = 1

_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_WRITE_FILE, _REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 1, 1 << 5, 1 << 8, 1 << 14
_READ = _READ_FILE | _READ_FOLDER
_WRITE = _READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE

# How many file rights each version of the interface knows; later ones know those of the last.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_NETWORK_SINCE, _ALL_NETWORK = 4, 0b11
_SCOPES_SINCE, _ALL_SCOPES = 6, 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathRule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """
    Return the version of the interface this kernel has.

    Raises:
        OSError: It has none, or it was not switched on.
    """
    return syscall(_CREATE_RULESET, 0, 0, _VERSION_FLAG)


def keep_only(*, readable: Sequence[Path], writable: Sequence[Path]) -> int:
    """
    Give up all files but some to read and some folders to write, the network's ports, and other processes.

    Paths that do not exist are passed over. ``no_new_privs`` must be set.

    Returns:
        The version of the interface, which says how much was given up.

    Raises:
        OSError: The kernel has no Landlock.
    """
    known = version()
    rights = (1 << _FILE_RIGHTS[min(known, len(_FILE_RIGHTS)) - 1]) - 1
    ruleset = _create(rights, known)
    try:
        for allowed, paths in ((_READ, readable), (_WRITE, writable)):
            for path in paths:
                _allow(ruleset, path, allowed & rights)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _create(rights: int, known: int) -> int:
    network = _ALL_NETWORK if known >= _NETWORK_SINCE else 0
    scopes = _ALL_SCOPES if known >= _SCOPES_SINCE else 0
    fields = 1 + (known >= _NETWORK_SINCE) + (known >= _SCOPES_SINCE)
    attributes = _Ruleset(rights, network, scopes)
    return syscall(_CREATE_RULESET, ctypes.addressof(attributes), fields * 8, 0)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    if not path.exists():
        return
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = _PathRule(rights if path.is_dir() else rights & ~_READ_FOLDER, descriptor)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(descriptor)
