"""The bytes of a video could not be had."""

from kinodex.domain.errors.root import KinodexError


class FetchFailed(KinodexError):
    """The bytes of a video could not be had."""

    code = "video_url_not_accessible"


class DnsFailed(FetchFailed):
    """The name of the host does not resolve."""

    code = "fetch_dns"
    retryable = True


class ConnectionFailed(FetchFailed):
    """No connection, or it broke before the first byte."""

    code = "fetch_connection"
    retryable = True


class TlsFailed(FetchFailed):
    """The certificate of the host is not good."""

    code = "fetch_tls"


class FetchTimedOut(FetchFailed):
    """No answer within the time allowed."""

    code = "fetch_timeout"
    retryable = True


class FetchTooSlow(FetchFailed):
    """Bytes come slower than the minimum rate."""

    code = "fetch_too_slow"
    retryable = True


class FetchIncomplete(FetchFailed):
    """The body ended before its declared length."""

    code = "fetch_incomplete"
    retryable = True


class BadResponse(FetchFailed):
    """Not an HTTP answer a download can be made from."""

    code = "fetch_bad_response"


class HttpStatusRefused(FetchFailed):
    """The host answered with a status other than success."""

    code = "fetch_http_status"

    def __init__(self, status: int) -> None:
        super().__init__(f"The host answered with HTTP status {status}.")
        self.status = status


class RateLimitedBySource(FetchFailed):
    """The host asks to wait longer than we do."""

    code = "fetch_rate_limited"


class DownloadLost(FetchFailed):
    """The process that downloads ended without an answer, again and again."""

    code = "fetch_interrupted"
    retryable = True

    def __init__(self, reason: str) -> None:
        super().__init__(f"The process that downloads {reason}.")


class ProxyRefused(FetchFailed):
    """The proxy of the operator did not make the connection."""

    code = "fetch_proxy"

    def __init__(self, host: str, *, status: int | None = None) -> None:
        said = f" (HTTP status {status})" if status else ""
        super().__init__(f"The proxy for downloads did not connect to {host}{said}.")


class TooManyRedirects(FetchFailed):
    """Redirect after redirect."""

    code = "fetch_too_many_redirects"


class EncodingUnsupported(FetchFailed):
    """The body is compressed although we asked for the plain one."""

    code = "fetch_unsupported_encoding"
