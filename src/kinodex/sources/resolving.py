"""From a host name to the addresses that will be connected to: looked up once, all of them checked."""

import socket
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from kinodex.domain.errors import DnsFailed
from kinodex.sources.addresses import IpAddress, is_synthesised, read_address, unmapped
from kinodex.sources.admission import check_address
from kinodex.sources.allowlist import AllowList
from kinodex.sources.proxies import Proxy
from kinodex.sources.pulse import SLICE_S, Pulse
from kinodex.sources.urls import WebUrl

LookUp = Callable[[str, int], Sequence[str]]
"""From a host name and a port to addresses in text form; raises ``OSError`` when there are none."""

MOST_ADDRESSES = 8
"""So many answers are tried to connect to; all are checked."""

_FOR_GOOD = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def look_up(host: str, port: int) -> Sequence[str]:
    """Return what the system's resolver says, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def resolve(url: WebUrl, *, allow: AllowList, look_up: LookUp, pulse: Pulse) -> tuple[IpAddress, ...]:
    """
    Return the addresses of a URL's host; the connection is made to one of these and no other.

    One forbidden answer refuses the name: a mixed answer is an attack or a mistake.

    Raises:
        DnsFailed: No answer, or not in time.
        UrlAddressNotAllowed: An answer is not public and not allow-listed.
    """
    if url.address is not None:
        found: tuple[IpAddress, ...] = (url.address,)
    else:
        found = _without_synthesised(_answers(url, look_up=look_up, pulse=pulse))
    for address in found:
        check_address(url, address, allow=allow)
    return found[:MOST_ADDRESSES]


def resolve_proxy(proxy: Proxy, *, look_up: LookUp, pulse: Pulse) -> tuple[IpAddress, ...]:
    """
    Return the addresses of a proxy: whatever they are, the operator chose it.

    Raises:
        DnsFailed: No answer, or not in time.
    """
    if proxy.address is not None:
        return (proxy.address,)
    return _answers(proxy, look_up=look_up, pulse=pulse)[:MOST_ADDRESSES]


def is_unknown_name(error: DnsFailed) -> bool:
    """Return whether there is no such host, so that asking again soon changes nothing."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno in _FOR_GOOD


def _without_synthesised(found: tuple[IpAddress, ...]) -> tuple[IpAddress, ...]:
    """Drop what a DNS64 resolver made from the IPv4 address that is there as well."""
    if any(address.version == 4 for address in found):  # noqa: PLR2004  IPv4
        return tuple(address for address in found if not is_synthesised(address))
    return found


def _answers(url: WebUrl | Proxy, *, look_up: LookUp, pulse: Pulse) -> tuple[IpAddress, ...]:
    answer = _within(lambda: look_up(url.host, url.port), pulse=pulse)
    if answer is None:
        raise DnsFailed(f"The name {url.host} was not resolved within {pulse.limits.connect_s:g} s.")
    if isinstance(answer, OSError):
        raise DnsFailed(f"The name {url.host} does not resolve.") from answer
    found = [unmapped(address) for text in answer if (address := read_address(text)) is not None]
    if not found or len(found) < len(answer):
        raise DnsFailed(f"The name {url.host} resolves to nothing usable.")
    return tuple(dict.fromkeys(found))


def _within(call: Callable[[], Sequence[str]], *, pulse: Pulse) -> Sequence[str] | OSError | None:
    """Return what a call returns or raises, ``None`` when it takes too long: libc cannot be interrupted."""
    answers: SimpleQueue[Sequence[str] | OSError] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(call())
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=run, name="look-up", daemon=True).start()
    ends_at = pulse.clock() + pulse.limits.connect_s
    while pulse.clock() < ends_at:
        pulse.beat()
        try:
            return answers.get(timeout=SLICE_S)
        except Empty:
            continue
    return None
