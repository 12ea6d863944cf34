"""Header fields a user wants sent along when a video is fetched: what may be among them."""

import re
from collections.abc import Mapping

from kinodex.domain.errors import ParameterInvalid

RequestHeaders = tuple[tuple[str, str], ...]
"""Names and values, as given. They are secrets until shown otherwise: never logged, never in an answer."""

PARAMETER = "video_url_headers"
MOST_HEADERS = 20
LONGEST_NAME = 100
LONGEST_VALUE = 4096
MOST_BYTES = 8192
"""Of names and values together; many servers take no more."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_OURS = frozenset(
    {
        *("host", "connection", "keep-alive", "upgrade", "http2-settings", "te", "trailer"),
        *("transfer-encoding", "content-length", "content-type", "content-encoding", "expect"),
        *("accept-encoding", "range", "if-range", "if-match", "if-none-match"),
        *("if-modified-since", "if-unmodified-since", "max-forwards", "via", "date"),
    }
)
"""What says where a request goes, where it ends, and which bytes it is for (RFC 9110, RFC 9112)."""


def check_request_headers(given: Mapping[str, object]) -> RequestHeaders:
    """
    Return header fields in the order given.

    Raises:
        ParameterInvalid: A name or value that cannot be sent, or that is for us to say; the message never
            holds a value.
    """
    if len(given) > MOST_HEADERS:
        raise _invalid(f"{len(given)} headers are more than the maximum of {MOST_HEADERS}")
    headers = tuple(_checked(str(name), value) for name, value in given.items())
    names = [name.lower() for name, _ in headers]
    for name in names:
        if names.count(name) > 1:
            raise _invalid(f"the header {name} is there twice")
    size_bytes = sum(len(name) + len(value) for name, value in headers)
    if size_bytes > MOST_BYTES:
        raise _invalid(f"{size_bytes} bytes of headers are more than the maximum of {MOST_BYTES}")
    return headers


def _checked(name: str, value: object) -> tuple[str, str]:
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise _invalid(f"{name[:40]!r} is not the name of a header")
    if name.lower() in _OURS or name.lower().startswith("proxy-"):
        raise _invalid(f"the header {name} cannot be set: it is part of how files are fetched")
    if not isinstance(value, str):
        raise _invalid(f"the value of {name} is not a text")
    if len(value) > LONGEST_VALUE:
        raise _invalid(
            f"the value of {name} has {len(value)} characters, more than the maximum of {LONGEST_VALUE}"
        )
    if not _VALUE.fullmatch(value):
        raise _invalid(f"the value of {name} is empty, or holds other characters than plain printable ones")
    return name, value


def _invalid(reason: str) -> ParameterInvalid:
    return ParameterInvalid(PARAMETER, reason)
