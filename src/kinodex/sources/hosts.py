"""The host of a URL in its one canonical form: reject, do not repair."""

import re

import idna

from kinodex.domain.errors import UrlInvalid
from kinodex.sources.addresses import read_address, spelled

LONGEST_NAME = 253
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUAD = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def parse_host(text: str) -> str:
    """
    Return a host name in lower-case ASCII, or an address in its shortest form (IPv6 without brackets).

    Names are mapped by UTS 46 (non-transitional) and each label is checked by IDNA 2008. What a browser
    would read as an IPv4 address must be written as four plain decimal numbers.

    Raises:
        UrlInvalid: Anything else.
    """
    if text.startswith("["):
        return _ipv6(text)
    name = _mapped(text).removesuffix(".")
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _ipv4(name)
    canonical = ".".join(_ascii_label(label) for label in labels)
    if len(canonical) > LONGEST_NAME:
        raise UrlInvalid(f"the host is longer than {LONGEST_NAME} characters")
    return canonical


def _ipv6(text: str) -> str:
    address = read_address(text[1:-1]) if text.endswith("]") else None
    if address is None or address.version != 6 or "%" in text:  # noqa: PLR2004  IPv6
        raise UrlInvalid("the address in brackets is not an IPv6 address")
    return spelled(address)


def _ipv4(name: str) -> str:
    address = read_address(name) if _QUAD.fullmatch(name) else None
    if address is None:
        raise UrlInvalid("the host ends in a number and is not an address of four decimal numbers")
    return str(address)


def _mapped(text: str) -> str:
    if text.isascii():
        return text.lower()
    try:
        return idna.uts46_remap(text, std3_rules=False, transitional=False)
    except (idna.IDNAError, UnicodeError) as error:
        raise UrlInvalid("the host name has characters that no name may have") from error


def _ascii_label(label: str) -> str:
    encoded = label if label.isascii() and not label.startswith("xn--") else _encoded(label)
    if not _LABEL.fullmatch(encoded):
        raise UrlInvalid("the host name has an empty, too long or misspelt part")
    return encoded


def _encoded(label: str) -> str:
    try:
        return idna.alabel(label).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise UrlInvalid("the host name has characters that no name may have") from error
