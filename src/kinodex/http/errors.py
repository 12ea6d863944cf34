"""One table: what a client gets for each error of ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse

from kinodex.domain import errors

NESTED = ("/embed-v2", "/analyze/tasks", "/analyze/batches")
"""Where clients of the platform read errors from ``error``."""
LONGEST_WAIT_S = 30
"""Clients of the platform obey a longer ``Retry-After`` by failing."""


class HostNotAllowed(errors.Refused):
    """The request came under a name that is not this server's: a web page may have been misled to us."""

    code = "host_not_allowed"

    def __init__(self) -> None:
        super().__init__("This server does not answer under the name in the Host header.")


class BodyStalled(errors.Refused):
    """The client stopped sending in the middle of a request."""

    code = "request_canceled_or_timed_out"

    def __init__(self, waited_s: float) -> None:
        super().__init__(f"Nothing more of the body came for {waited_s:g} s.")


@dataclass(frozen=True, slots=True)
class Answer:
    """
    The status of an answer.

    ``code`` stands where the wire has another word than the error, ``retry_after_s`` where waiting helps.
    """

    status: int
    code: str | None = None
    retry_after_s: int | None = None


_BAD = Answer(400)

ANSWERS: Mapping[type[errors.KinodexError], Answer] = {
    errors.KinodexError: Answer(500),
    errors.Refused: _BAD,
    errors.ParameterMissing: _BAD,
    errors.ParameterInvalid: _BAD,
    errors.ContentTypeInvalid: _BAD,
    errors.NotFound: Answer(404),
    errors.EndpointUnknown: Answer(404),
    errors.MethodNotAllowed: Answer(405),
    errors.KeyInvalid: Answer(401),
    errors.SignInLinkInvalid: Answer(401),
    errors.KeyForbids: Answer(403),
    errors.KeyLimited: Answer(403),
    errors.BodyTooLarge: Answer(413),
    errors.IndexNameTaken: _BAD,
    errors.IndexModelsFixed: _BAD,
    errors.TaskNotDeletable: _BAD,
    errors.UploadExpired: Answer(408),
    errors.TaskNotCancelable: Answer(409),
    errors.TaskNotRetryable: Answer(409),
    errors.SourceGone: Answer(409),
    errors.TaskCanceled: Answer(409),
    errors.StepTimedOut: Answer(504),
    errors.StepStuck: Answer(504),
    errors.VideoNotReady: _BAD,
    errors.SearchOptionUnsupported: _BAD,
    errors.SearchOptionsConflict: _BAD,
    errors.FilterInvalid: _BAD,
    errors.QueryUnreadable: _BAD,
    errors.PageExpired: _BAD,
    errors.VideoNotInIndex: _BAD,
    errors.IdempotencyKeyInvalid: _BAD,
    errors.IdempotencyKeyReused: Answer(422),
    errors.RequestStillRunning: Answer(409, retry_after_s=1),
    errors.AnswerNotKept: Answer(409),
    errors.UrlRefused: _BAD,
    errors.UrlInvalid: _BAD,
    errors.UrlSchemeNotAllowed: _BAD,
    errors.UrlPortNotAllowed: _BAD,
    errors.UrlCredentialsNotAllowed: _BAD,
    errors.UrlAddressNotAllowed: _BAD,
    errors.UrlBucketNotAllowed: _BAD,
    errors.UrlHostUnsupported: _BAD,
    errors.WebhookUrlNotSecure: _BAD,
    errors.TooManyWebhooks: _BAD,
    errors.WebhookDisabled: _BAD,
    errors.ReceiverRefused: _BAD,
    errors.FetchFailed: _BAD,
    errors.DnsFailed: _BAD,
    errors.ConnectionFailed: _BAD,
    errors.TlsFailed: _BAD,
    errors.FetchTimedOut: _BAD,
    errors.FetchTooSlow: _BAD,
    errors.FetchIncomplete: _BAD,
    errors.DownloadLost: _BAD,
    errors.ProxyRefused: _BAD,
    errors.BadResponse: _BAD,
    errors.HttpStatusRefused: _BAD,
    errors.RateLimitedBySource: _BAD,
    errors.TooManyRedirects: _BAD,
    errors.EncodingUnsupported: _BAD,
    errors.VideoRejected: _BAD,
    errors.FileEmpty: _BAD,
    errors.FileTooLarge: Answer(413),
    errors.NotAVideo: _BAD,
    errors.VideoBroken: _BAD,
    errors.DecoderLost: _BAD,
    errors.ResolutionTooLow: _BAD,
    errors.ResolutionTooHigh: _BAD,
    errors.AspectRatioRefused: _BAD,
    errors.VideoTooShort: _BAD,
    errors.VideoTooLong: _BAD,
    errors.AudioMissing: _BAD,
    errors.TranscriptInvalid: _BAD,
    errors.NotMedia: _BAD,
    errors.AssetKindWrong: _BAD,
    errors.SoundBroken: _BAD,
    errors.PictureBroken: _BAD,
    errors.UploadUnfinished: _BAD,
    errors.AssetInUse: Answer(409),
    errors.TextGenerationUnsupported: _BAD,
    errors.ClassifyOptionsConflict: _BAD,
    errors.TooManyPrompts: _BAD,
    errors.ClassifyTokenInvalid: _BAD,
    errors.ClassifyTokenExpired: _BAD,
    errors.UploadClosed: Answer(409),
    errors.StorageFull: Answer(503, retry_after_s=LONGEST_WAIT_S),
    errors.EngineFailed: Answer(503, retry_after_s=1),
    errors.EngineNotReady: Answer(503, retry_after_s=10),
    errors.WorkerLost: Answer(500),
    errors.DatabaseUnusable: Answer(500),
    errors.DataFolderInUse: Answer(500),
    errors.ModelUnknown: Answer(404),
    errors.ModelNotBrought: Answer(502),
    errors.TaskWithdrawn: Answer(404),
    errors.Overloaded: Answer(429),
    errors.ServerOverloaded: Answer(503, retry_after_s=LONGEST_WAIT_S),
    errors.EngineBusy: Answer(503, retry_after_s=LONGEST_WAIT_S),
    errors.ServerStopping: Answer(503, retry_after_s=LONGEST_WAIT_S),
    HostNotAllowed: Answer(421),
    BodyStalled: Answer(408),
}


def answer_to(error: errors.KinodexError) -> JSONResponse:
    """Return the answer to an error: its status, its code and its sentence."""
    answer = next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
    response = refusal(answer.status, code=answer.code or error.code, message=error.message)
    wait_s = error.retry_after_s if isinstance(error, errors.Overloaded) else answer.retry_after_s
    if wait_s is not None:
        response.headers["Retry-After"] = str(min(wait_s, LONGEST_WAIT_S))
    return response


def refusal(status: int, *, code: str, message: str) -> JSONResponse:
    """Return an answer in the form every client reads errors from."""
    return JSONResponse({"code": code, "message": message}, status_code=status)


async def answer_to_ours(request: Request, error: Exception) -> JSONResponse:
    """Answer to what a route raised."""
    if not isinstance(error, errors.KinodexError):
        raise error
    return in_form_of(request, answer_to(error))


def in_form_of(request: Request, response: JSONResponse) -> JSONResponse:
    """Return a refusal as clients of a path read it: some look a level deeper, and find it in both places."""
    if not request.scope["path"].startswith(NESTED):
        return response
    plain: dict[str, object] = json.loads(bytes(response.body))
    nested = JSONResponse({**plain, "error": plain}, status_code=response.status_code)
    if "retry-after" in response.headers:
        nested.headers["Retry-After"] = response.headers["retry-after"]
    return nested
