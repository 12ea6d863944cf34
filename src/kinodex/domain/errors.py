"""
Everything that can go wrong and is not our own mistake, as one tree.

* KinodexError
  - Refused: what was asked cannot be done; asking again changes nothing
    · ParameterMissing · ParameterInvalid · ContentTypeInvalid · NotFound · EndpointUnknown
    · MethodNotAllowed · KeyInvalid · KeyForbids · BodyTooLarge
    · IndexNameTaken · IndexModelsFixed · TaskNotDeletable · VideoNotReady
    · SearchOptionUnsupported · SearchOptionsConflict · FilterInvalid · PageExpired · VideoNotInIndex
    · UrlRefused: the address itself is not acceptable
      . UrlInvalid . UrlSchemeNotAllowed . UrlPortNotAllowed . UrlCredentialsNotAllowed
      . UrlAddressNotAllowed . UrlHostUnsupported
  - FetchFailed: the bytes of a video could not be had
    · DnsFailed · ConnectionFailed · TlsFailed · FetchTimedOut · FetchTooSlow · FetchIncomplete
    · BadResponse · HttpStatusRefused · RateLimitedBySource · TooManyRedirects · EncodingUnsupported
  - VideoRejected: the bytes are here and are not a video we take
    · FileEmpty · FileTooLarge · NotAVideo · VideoBroken · ResolutionTooLow · ResolutionTooHigh
    · AspectRatioRefused · VideoTooShort · VideoTooLong · AudioMissing · TranscriptInvalid
  - StorageFull · EngineFailed · EngineNotReady · WorkerLost · TaskWithdrawn · Overloaded

A class carries facts; ``code`` is the stable name shown in HTTP answers, tasks, webhooks, the command
and the page; ``str(error)`` is one plain sentence with the measured value and the limit.
Nothing here knows an HTTP status: ``http/errors.py`` is the table.
Codes follow the error codes page of the platform API where it has one, else they are our own.
"""

from typing import ClassVar


class KinodexError(Exception):
    """Something in the world went wrong."""

    code: ClassVar[str] = "internal_server_error"
    retryable: ClassVar[bool] = False

    @property
    def message(self) -> str:
        """One sentence for people."""
        return str(self)


# --- what was asked cannot be done -------------------------------------------------------------


class Refused(KinodexError):
    """What was asked cannot be done; asking again changes nothing."""


class ParameterMissing(Refused):
    """A required parameter was not sent."""

    code = "parameter_not_provided"

    def __init__(self, *names: str) -> None:
        super().__init__(f"Required and not sent: {' or '.join(names)}.")
        self.names = names


class ParameterInvalid(Refused):
    """A parameter has a value that cannot be used."""

    code = "parameter_invalid"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The parameter {name} is not valid: {reason}.")
        self.name = name


class ContentTypeInvalid(Refused):
    """The body of the request is in a form this call does not take."""

    code = "content_type_invalid"

    def __init__(self, got: str, wanted: str) -> None:
        super().__init__(f"The body is {got or 'of no stated type'}; this call takes {wanted}.")


class NotFound(Refused):
    """No such thing, or not yours to see."""

    code = "resource_not_exist"

    def __init__(self, kind: str, identifier: str) -> None:
        super().__init__(f"There is no {kind} {identifier}.")


class EndpointUnknown(Refused):
    """No such path."""

    code = "endpoint_not_exists"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no endpoint {path}.")


class MethodNotAllowed(Refused):
    """The path exists, the method does not."""

    code = "method_not_allowed"

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"{path} does not take {method}.")


class KeyInvalid(Refused):
    """The API key is missing or unknown."""

    code = "api_key_invalid"

    def __init__(self, reason: str = "missing or unknown") -> None:
        super().__init__(f"The API key in the header x-api-key is {reason}.")


class KeyForbids(Refused):
    """The API key is valid and lacks the scope."""

    code = "api_not_allowed"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This API key lacks the scope {scope}.")


class BodyTooLarge(Refused):
    """The body of a request, other than a video, is over its limit."""

    code = "body_too_large"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body is larger than {limit_bytes} bytes.")


class IndexNameTaken(Refused):
    """There is an index of this name already."""

    code = "index_name_already_exists"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is an index named {name!r} already.")


class IndexModelsFixed(Refused):
    """Models and options of an index are chosen when it is created."""

    code = "index_option_cannot_be_changed"

    def __init__(self) -> None:
        super().__init__("The models and options of an index cannot be changed; create another index.")


class TaskNotDeletable(Refused):
    """A task can be deleted once it ended and its video is gone."""

    code = "task_cannot_be_deleted"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The task cannot be deleted: {reason}.")


class VideoNotReady(Refused):
    """The video is not indexed yet."""

    code = "video_not_ready"

    def __init__(self, identifier: str) -> None:
        super().__init__(f"The video {identifier} is not ready.")


class SearchOptionUnsupported(Refused):
    """The index was not made for this search option."""

    code = "search_option_not_supported"

    def __init__(self, option: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"The search option {option!r} is not one of: {', '.join(allowed) or 'none'}.")


class SearchOptionsConflict(Refused):
    """Options that exclude one another."""

    code = "search_option_combination_not_supported"


class FilterInvalid(Refused):
    """The search filter cannot be read."""

    code = "search_filter_invalid"


class PageExpired(Refused):
    """The page token has expired or was never given out."""

    code = "search_page_token_expired"

    def __init__(self) -> None:
        super().__init__("The page token is unknown or has expired; search again.")


class VideoNotInIndex(Refused):
    """The filter names a video of another index."""

    code = "search_video_not_in_same_index"

    def __init__(self, identifier: str) -> None:
        super().__init__(f"The video {identifier} is not in this index.")


class UrlRefused(Refused):
    """The address of the video is not acceptable."""

    code = "url_invalid"


class UrlInvalid(UrlRefused):
    """Not a URL in the strict sense."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The video URL is not valid: {reason}.")


class UrlSchemeNotAllowed(UrlRefused):
    """Neither http nor https."""

    code = "url_scheme_not_allowed"

    def __init__(self, scheme: str) -> None:
        super().__init__(f"The video URL has the scheme {scheme!r}; http and https are allowed.")


class UrlPortNotAllowed(UrlRefused):
    """A port where no video is served."""

    code = "url_port_not_allowed"

    def __init__(self, port: int) -> None:
        super().__init__(f"The video URL has the port {port}, which is not allowed.")


class UrlCredentialsNotAllowed(UrlRefused):
    """A user name or password in the URL."""

    code = "url_credentials_not_allowed"

    def __init__(self) -> None:
        super().__init__("The video URL holds a user name or password, which is not allowed.")


class UrlAddressNotAllowed(UrlRefused):
    """The host is or leads to an address that is not public. The address itself is never told."""

    code = "url_address_not_allowed"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The host {host} does not lead to a public address. "
            "An administrator can allow it with KINODEX_FETCH_ALLOW."
        )


class UrlHostUnsupported(UrlRefused):
    """A page of a video host instead of a media file."""

    code = "external_video_domain_unsupported"

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} serves pages, not media files; give the direct link to the video file.")


# --- the bytes of a video could not be had -----------------------------------------------------


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


class TooManyRedirects(FetchFailed):
    """Redirect after redirect."""

    code = "fetch_too_many_redirects"


class EncodingUnsupported(FetchFailed):
    """The body is compressed although we asked for the plain one."""

    code = "fetch_unsupported_encoding"


# --- the bytes are not a video we take ---------------------------------------------------------


class VideoRejected(KinodexError):
    """The bytes are here and are not a video we take."""


class FileEmpty(VideoRejected):
    """Zero bytes."""

    code = "file_empty"

    def __init__(self) -> None:
        super().__init__("The file is empty (0 bytes).")


class FileTooLarge(VideoRejected):
    """Over the limit in bytes."""

    code = "video_filesize_too_large"

    def __init__(self, limit_bytes: int, size_bytes: int | None = None) -> None:
        measured = f"has {size_bytes} bytes" if size_bytes is not None else "is larger than allowed"
        super().__init__(f"The file {measured}; the maximum is {limit_bytes} bytes.")


class NotAVideo(VideoRejected):
    """Judged by its bytes: something else than a video."""

    code = "unsupported_file_type"

    def __init__(self, found: str) -> None:
        super().__init__(f"The file is not a video: it is {found}.")
        self.found = found


class VideoBroken(VideoRejected):
    """A video by its bytes, and it cannot be decoded."""

    code = "video_file_broken"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The video cannot be decoded: {reason}.")


class ResolutionTooLow(VideoRejected):
    """The shown picture is smaller than allowed."""

    code = "video_resolution_too_low"

    def __init__(self, width_px: int, height_px: int, minimum_px: int) -> None:
        super().__init__(
            f"The resolution {width_px}x{height_px} is too low: the short side is "
            f"{min(width_px, height_px)} px and the minimum is {minimum_px} px."
        )


class ResolutionTooHigh(VideoRejected):
    """The shown picture is larger than allowed."""

    code = "video_resolution_too_high"

    def __init__(self, width_px: int, height_px: int, allowed: str) -> None:
        super().__init__(f"The resolution {width_px}x{height_px} is too high: {allowed}.")


class AspectRatioRefused(VideoRejected):
    """The shown picture is too wide or too tall."""

    code = "video_resolution_invalid_aspect_ratio"

    def __init__(self, width_px: int, height_px: int, maximum: float) -> None:
        ratio = max(width_px, height_px) / min(width_px, height_px)
        super().__init__(
            f"The aspect ratio of {width_px}x{height_px} is {ratio:.2f}:1; the maximum is {maximum:g}:1."
        )


class VideoTooShort(VideoRejected):
    """The video lasts less than the shortest duration allowed."""

    code = "video_duration_too_short"

    def __init__(self, duration_s: float, minimum_s: float) -> None:
        super().__init__(f"The duration {duration_s:.2f} s is below the minimum of {minimum_s:g} s.")


class VideoTooLong(VideoRejected):
    """The video lasts more than the longest duration allowed."""

    code = "video_duration_too_long"

    def __init__(self, duration_s: float, maximum_s: float) -> None:
        super().__init__(f"The duration {duration_s:.2f} s is above the maximum of {maximum_s:g} s.")


class AudioMissing(VideoRejected):
    """The index needs speech and the video has no sound."""

    code = "video_audio_track_not_exists"

    def __init__(self) -> None:
        super().__init__("The video has no audio track.")


class TranscriptInvalid(VideoRejected):
    """The transcript sent with the video cannot be read as SRT or WebVTT."""

    code = "transcription_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The transcript cannot be read: {reason}.")


# --- this machine ------------------------------------------------------------------------------


class StorageFull(KinodexError):
    """Not enough free space to go on."""

    code = "storage_full"
    retryable = True

    def __init__(self, free_bytes: int, needed_bytes: int) -> None:
        super().__init__(f"The disk has {free_bytes} bytes free and {needed_bytes} are needed.")


class EngineFailed(KinodexError):
    """An engine raised while it worked; trying again may help."""

    code = "engine_failed"
    retryable = True

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(f"The engine {engine} failed: {reason}.")
        self.engine = engine


class EngineNotReady(KinodexError):
    """An engine's weights are not on this machine."""

    code = "engine_not_ready"

    def __init__(self, engine: str, cure: str) -> None:
        super().__init__(f"The engine {engine} is not ready: {cure}.")
        self.engine = engine


class WorkerLost(KinodexError):
    """The worker stopped several times on this task."""

    code = "worker_lost"

    def __init__(self, attempts: int) -> None:
        super().__init__(f"The worker stopped {attempts} times while it worked on this task.")


class TaskWithdrawn(KinodexError):
    """The task or its index was deleted while the work was going on."""

    code = "task_withdrawn"

    def __init__(self) -> None:
        super().__init__("The task was deleted.")


class Overloaded(KinodexError):
    """Too much is waiting already."""

    code = "too_many_requests"
    retryable = True

    def __init__(self, reason: str, retry_after_s: int) -> None:
        super().__init__(f"{reason} Try again in {retry_after_s} s.")
        self.retry_after_s = retry_after_s
