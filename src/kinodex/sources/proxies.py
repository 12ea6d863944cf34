"""The one proxy an operator may name for downloads."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from kinodex.domain.errors import ParameterInvalid, UrlInvalid
from kinodex.sources.addresses import IpAddress, read_address
from kinodex.sources.hosts import parse_host

SETTING = "fetch_proxy"
_LARGEST_PORT = 65535
_FORM = re.compile(r"(http|socks5h)://(?:([^:@/]*)(?::([^@/]*))?@)?(\[[^\]]*\]|[^:@/\[\]]+):([0-9]{1,5})/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """
    Where requests go instead of to their host. It resolves names, so it decides which addresses are reached.

    ``host`` is canonical, as in ``WebUrl``.
    """

    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def address(self) -> IpAddress | None:
        """The address, if the host is a literal one."""
        return read_address(self.host)

    @property
    def url(self) -> str:
        """Scheme, host and port, without user and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_proxy(text: str) -> Proxy:
    """
    Return the proxy a URL names: ``http://proxy.lan:3128`` or ``socks5h://user:password@127.0.0.1:1080``.

    Raises:
        ParameterInvalid: It names none; the message does not repeat it, as it may hold a password.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or not 0 < int(match[5]) <= _LARGEST_PORT:
        raise ParameterInvalid(SETTING, "it is no http:// or socks5h:// URL with a host and a port")
    try:
        host = parse_host(match[4])
    except UrlInvalid as error:
        raise ParameterInvalid(SETTING, "it names no host") from error
    user, password = (None if part is None else unquote(part) for part in match.group(2, 3))
    return Proxy(scheme=match[1], host=host, port=int(match[5]), user=user, password=password)
