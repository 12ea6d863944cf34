"""The pairs of host and port an administrator lets downloads reach although they are not public."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from kinodex.domain.errors import ParameterInvalid, UrlInvalid
from kinodex.sources.hosts import parse_host

_PAIR = re.compile(r"(\[[^\]]+\]|[^:\[\]]+):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class AllowList:
    """Canonical hosts (names or addresses), each with one port."""

    pairs: frozenset[tuple[str, int]] = frozenset()

    @classmethod
    def of(cls, entries: Collection[str], *, setting: str = "fetch_allow") -> "AllowList":
        """
        Read entries of a setting like ``127.0.0.1:9000``, ``[::1]:9000`` or ``media.lan:80``.

        Raises:
            ParameterInvalid: An entry is no such pair.
        """
        return cls(frozenset(_pair(entry, setting) for entry in entries))

    def covers(self, host: str, port: int) -> bool:
        """Return whether a canonical host or address is listed with this port."""
        return (host, port) in self.pairs


def _pair(entry: str, setting: str) -> tuple[str, int]:
    match = _PAIR.fullmatch(entry.strip())
    if match is None:
        raise ParameterInvalid(setting, f"{entry!r} is not a host and a port like 127.0.0.1:9000")
    try:
        return parse_host(match[1]), int(match[2])
    except UrlInvalid as error:
        raise ParameterInvalid(setting, f"{entry!r} names no host") from error
