"""What libcurl says went wrong, in our words: never an address, never a query."""

import pycurl

from kinodex.domain.errors import (
    BadResponse,
    ConnectionFailed,
    FetchFailed,
    FetchIncomplete,
    FetchTimedOut,
    TlsFailed,
)

_TOO_LARGE = 100  # CURLE_TOO_LARGE, for which pycurl has no name
_BAD_ANSWER = {
    pycurl.E_UNSUPPORTED_PROTOCOL: "",  # HTTP/0.9 or something else than HTTP
    pycurl.E_FTP_WEIRD_SERVER_REPLY: "",  # the number is that of CURLE_WEIRD_SERVER_REPLY
    pycurl.E_BAD_CONTENT_ENCODING: "",
    _TOO_LARGE: "a field is too large",
}
_BAD_CERTIFICATE = {
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SSL_CACERT_BADFILE,
    pycurl.E_SSL_CERTPROBLEM,
    pycurl.E_SSL_ISSUER_ERROR,
}
_CERTIFICATE_REASONS = (
    ("expired", "it has expired"),
    ("no alternative certificate subject name matches", "it was made out for another name"),
    ("self-signed", "it is self-signed or its authority is not trusted"),
    ("self signed", "it is self-signed or its authority is not trusted"),
    ("unable to get local issuer", "its authority is not trusted"),
)


def failure_of(code: int, *, os_errno: int, reason: str, host: str, has_head: bool) -> FetchFailed:
    """
    Return the error for a failed transfer.

    Args:
        code: A ``pycurl.E_*`` number.
        os_errno: What the operating system said, 0 if it was not asked.
        reason: libcurl's words; used where they hold no address.
        host: Of the URL.
        has_head: Whether the head of the answer had come.
    """
    if code in _BAD_ANSWER:
        return BadResponse(f"The answer of {host} is not proper HTTP: {_BAD_ANSWER[code] or reason}.")
    if code in _BAD_CERTIFICATE:
        return TlsFailed(f"The certificate of {host} is not good: {_certificate_reason(reason)}.")
    if has_head:
        return _broken_body(host, reason=reason)
    if code == pycurl.E_SSL_CONNECT_ERROR and not os_errno:
        return TlsFailed(f"No secure connection to {host} could be agreed on.")
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return FetchTimedOut(f"No connection to {host} could be made in time.")
    return ConnectionFailed(f"The connection to {host} could not be made or broke before the answer.")


def _broken_body(host: str, *, reason: str) -> FetchFailed:
    if "chunk" in reason:
        return BadResponse(f"The answer of {host} is not proper HTTP: its chunks cannot be read.")
    return FetchIncomplete(f"The connection to {host} broke before the file was whole.")


def _certificate_reason(reason: str) -> str:
    lowered = reason.lower()
    return next((ours for theirs, ours in _CERTIFICATE_REASONS if theirs in lowered), "it is not trusted")
