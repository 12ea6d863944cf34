"""
The strict URL parser: a text becomes four checked parts, or is refused.

The oracle is the URL standard (https://url.spec.whatwg.org): what is accepted here means there the same
host and port; much that it would repair is refused. Policy (ports, addresses, hosts) is in ``admission``.
"""

import re
from dataclasses import dataclass, field

from kinodex.domain.errors import UrlCredentialsNotAllowed, UrlInvalid, UrlSchemeNotAllowed
from kinodex.sources.addresses import IpAddress, read_address
from kinodex.sources.hosts import parse_host
from kinodex.sources.targets import clean_target

LONGEST_URL = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}
_LARGEST_PORT = 65535
_LONGEST_SHOWN_SCHEME = 20
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_AUTHORITY = re.compile(r"//([^/?#]*)(.*)", re.DOTALL)
_HOST_PORT = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)(?::(.*))?", re.DOTALL)
_PORT = re.compile(r"0|[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True)
class WebUrl:
    """
    A URL in canonical form.

    ``host`` is lower-case ASCII or an address (IPv6 without brackets), ``target`` path and query as sent.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)

    @property
    def address(self) -> IpAddress | None:
        """The address, if the host is a literal one."""
        return read_address(self.host)

    @property
    def path(self) -> str:
        """The path, percent-encoded, without the query."""
        return self.target.partition("?")[0]

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be logged."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def full(self) -> str:
        """The whole URL. Its query may be a secret: never logged, never in a message."""
        return self.origin + self.target


def parse_url(text: str) -> WebUrl:
    """
    Return the parts of an absolute http or https URL; the fragment is dropped.

    Raises:
        UrlInvalid: Not a URL in the strict sense.
        UrlSchemeNotAllowed: Neither http nor https.
        UrlCredentialsNotAllowed: A user name or password.
    """
    stripped = _checked_text(text)
    scheme = _scheme(stripped)
    authority, rest = _split(stripped[len(scheme) + 1 :])
    host, port = _host_and_port(authority)
    path, query = _path_and_query(rest)
    number = DEFAULT_PORTS[scheme] if port is None else _port(port)
    return WebUrl(scheme, parse_host(host), number, clean_target(path, query))


def _checked_text(text: str) -> str:
    stripped = text.strip("".join(map(chr, range(33))))
    if not stripped:
        raise UrlInvalid("it is empty")
    if len(stripped) > LONGEST_URL:
        raise UrlInvalid(f"it is longer than {LONGEST_URL} characters")
    if _CONTROL.search(stripped):
        raise UrlInvalid("it holds control characters")
    if any("\ud800" <= char <= "\udfff" for char in stripped):
        raise UrlInvalid("it is not proper Unicode")
    return stripped


def _scheme(text: str) -> str:
    match = _SCHEME.match(text)
    if match is None or ("." in match[1] and not text.startswith("//", match.end())):
        raise UrlInvalid("it does not begin with http:// or https://")
    scheme = match[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise UrlSchemeNotAllowed(scheme[:_LONGEST_SHOWN_SCHEME])
    return scheme


def _split(text: str) -> tuple[str, str]:
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        raise UrlInvalid("two slashes and a host must follow the scheme")
    authority, rest = match.groups()
    if "\\" in authority or "\\" in rest.partition("#")[0].partition("?")[0]:
        raise UrlInvalid("it holds a backslash")
    if "@" in authority:
        raise UrlCredentialsNotAllowed
    if "%" in authority:
        raise UrlInvalid("the host is percent-encoded")
    return authority, rest


def _host_and_port(authority: str) -> tuple[str, str | None]:
    match = _HOST_PORT.fullmatch(authority)
    if match is None:
        raise UrlInvalid("the host and port cannot be read")
    if not match[1]:
        raise UrlInvalid("the host is missing")
    return match[1], match[2]


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > _LARGEST_PORT:
        raise UrlInvalid("the port is not a number up to 65535")
    return int(text)


def _path_and_query(rest: str) -> tuple[str, str | None]:
    path, mark, query = rest.partition("#")[0].partition("?")
    return path or "/", query if mark else None
