"""Which URLs are downloaded from: the policy, applied alike to what a user typed and to every redirect."""

import re

from kinodex.domain.errors import UrlAddressNotAllowed, UrlHostUnsupported
from kinodex.sources.addresses import IpAddress, is_metadata, is_public, spelled
from kinodex.sources.allowlist import AllowList
from kinodex.sources.ports import check_port
from kinodex.sources.urls import WebUrl, parse_url
from kinodex.sources.video_pages import is_video_page

_LOCAL_SUFFIXES = (
    ".localhost",
    ".localdomain",
    ".local",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".lan",
    ".home.arpa",
    ".onion",
)
"""Endings of names that mean something only inside a network (RFC 6761, 6762, 7686, 8375)."""

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def admit_url(text: str, *, allow: AllowList) -> WebUrl:
    """
    Check a URL without touching the network.

    Args:
        text: As typed.
        allow: Pairs of host and port exempt from the rules on ports, local names and private addresses.

    Raises:
        UrlRefused: With the reason.
    """
    url = parse_url(text)
    if not allow.covers(url.host, url.port):
        check_port(url.port)
        _check_name(url)
    if url.address is not None:
        check_address(url, url.address, allow=allow)
    return url


def admit_redirect(location: str, *, base: WebUrl, allow: AllowList) -> WebUrl:
    """
    Check where a redirect leads, as if the user had typed it.

    Args:
        location: The field ``Location``, absolute or relative (RFC 3986 section 5.2).
        base: The URL that answered.
        allow: As for ``admit_url``.

    Raises:
        UrlRefused: With the reason.
    """
    return admit_url(_absolute(location.strip(), base), allow=allow)


def check_address(url: WebUrl, address: IpAddress, *, allow: AllowList) -> None:
    """
    Refuse an address a URL leads to unless it is public or the administrator listed it or its name.

    Raises:
        UrlAddressNotAllowed: Without telling the address.
    """
    is_listed = allow.covers(url.host, url.port) or allow.covers(spelled(address), url.port)
    if is_metadata(address) or not (is_listed or is_public(address)):
        raise UrlAddressNotAllowed(url.host)


def _check_name(url: WebUrl) -> None:
    if url.address is None and ("." not in url.host or url.host.endswith(_LOCAL_SUFFIXES)):
        raise UrlAddressNotAllowed(url.host)
    if is_video_page(url.host, url.path):
        raise UrlHostUnsupported(url.host)


def _absolute(location: str, base: WebUrl) -> str:
    if _ABSOLUTE.match(location):
        return location
    if location.startswith("//"):
        return f"{base.scheme}:{location}"
    if location.startswith("/"):
        return base.origin + location
    if location.startswith("?"):
        return base.origin + base.path + location
    if not location or location.startswith("#"):
        return base.origin + base.target
    return f"{base.origin}{base.path.rpartition('/')[0]}/{location}"
