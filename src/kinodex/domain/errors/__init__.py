"""
Everything that can go wrong and is not our own mistake, as one tree.

* KinodexError
  - Refused: what was asked cannot be done; asking again changes nothing
    · ParameterMissing · ParameterInvalid · ContentTypeInvalid · NotFound · EndpointUnknown
    · MethodNotAllowed · KeyInvalid · SignInLinkInvalid · KeyForbids · KeyLimited
    · BodyTooLarge
    · IndexNameTaken · IndexModelsFixed · TaskNotDeletable · VideoNotReady · UploadExpired
    · TaskNotCancelable · TaskNotRetryable · SourceGone
    · SearchOptionUnsupported · SearchOptionsConflict · FilterInvalid · QueryUnreadable
    · PageExpired · VideoNotInIndex
    · IdempotencyKeyInvalid · IdempotencyKeyReused · RequestStillRunning · AnswerNotKept
    · AssetInUse · UploadClosed · TextGenerationUnsupported
    · ClassifyOptionsConflict · TooManyPrompts · ClassifyTokenInvalid · ClassifyTokenExpired
    · UrlRefused: the address itself is not acceptable
      . UrlInvalid . UrlSchemeNotAllowed . UrlPortNotAllowed . UrlCredentialsNotAllowed
      . UrlAddressNotAllowed . UrlBucketNotAllowed . UrlHostUnsupported . WebhookUrlNotSecure
    · TooManyWebhooks · WebhookDisabled
  - FetchFailed: the bytes of a video could not be had
    · DnsFailed · ConnectionFailed · TlsFailed · FetchTimedOut · FetchTooSlow · FetchIncomplete
    · BadResponse · HttpStatusRefused · RateLimitedBySource · TooManyRedirects · EncodingUnsupported
    · DownloadLost · ProxyRefused
  - VideoRejected: the bytes are here and are not a video we take
    · FileEmpty · FileTooLarge · NotAVideo · VideoBroken · DecoderLost · ResolutionTooLow · ResolutionTooHigh
    · AspectRatioRefused · VideoTooShort · VideoTooLong · AudioMissing · TranscriptInvalid
    · NotMedia · AssetKindWrong · SoundBroken · PictureBroken · UploadUnfinished
  - ReceiverRefused: a webhook was not taken
  - TaskCanceled · StepTimedOut . StepStuck
  - StorageFull · EngineFailed · EngineNotReady · WorkerLost · TaskWithdrawn · Overloaded . ServerOverloaded
    · EngineBusy · ServerStopping · DatabaseUnusable · DataFolderInUse · ModelUnknown · ModelNotBrought

A class carries facts; ``code`` is the stable name shown in HTTP answers, tasks, webhooks, the command
and the page; ``str(error)`` is one plain sentence with the measured value and the limit.
Nothing here knows an HTTP status: ``http/errors.py`` is the table.
Codes follow the error codes page of the platform API where it has one, else they are our own.
"""

from kinodex.domain.errors.addresses import (
    UrlAddressNotAllowed,
    UrlBucketNotAllowed,
    UrlCredentialsNotAllowed,
    UrlHostUnsupported,
    UrlInvalid,
    UrlPortNotAllowed,
    UrlRefused,
    UrlSchemeNotAllowed,
)
from kinodex.domain.errors.assets import (
    AssetInUse,
    AssetKindWrong,
    NotMedia,
    PictureBroken,
    SoundBroken,
    UploadClosed,
    UploadUnfinished,
)
from kinodex.domain.errors.classification import (
    ClassifyOptionsConflict,
    ClassifyTokenExpired,
    ClassifyTokenInvalid,
    TooManyPrompts,
)
from kinodex.domain.errors.engines import (
    TextGenerationUnsupported,
)
from kinodex.domain.errors.fetching import (
    BadResponse,
    ConnectionFailed,
    DnsFailed,
    DownloadLost,
    EncodingUnsupported,
    FetchFailed,
    FetchIncomplete,
    FetchTimedOut,
    FetchTooSlow,
    HttpStatusRefused,
    ProxyRefused,
    RateLimitedBySource,
    TlsFailed,
    TooManyRedirects,
)
from kinodex.domain.errors.machine import (
    DatabaseUnusable,
    DataFolderInUse,
    EngineBusy,
    EngineFailed,
    EngineNotReady,
    Overloaded,
    ServerOverloaded,
    ServerStopping,
    StorageFull,
    TaskWithdrawn,
    WorkerLost,
)
from kinodex.domain.errors.models import (
    ModelNotBrought,
    ModelUnknown,
)
from kinodex.domain.errors.repeats import (
    AnswerNotKept,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RequestStillRunning,
)
from kinodex.domain.errors.requests import (
    BodyTooLarge,
    ContentTypeInvalid,
    EndpointUnknown,
    FilterInvalid,
    IndexModelsFixed,
    IndexNameTaken,
    KeyForbids,
    KeyInvalid,
    KeyLimited,
    MethodNotAllowed,
    NotFound,
    PageExpired,
    ParameterInvalid,
    ParameterMissing,
    QueryUnreadable,
    Refused,
    SearchOptionsConflict,
    SearchOptionUnsupported,
    SignInLinkInvalid,
    TaskNotDeletable,
    UploadExpired,
    VideoNotInIndex,
    VideoNotReady,
)
from kinodex.domain.errors.root import (
    KinodexError,
)
from kinodex.domain.errors.tasks import (
    SourceGone,
    StepStuck,
    StepTimedOut,
    TaskCanceled,
    TaskNotCancelable,
    TaskNotRetryable,
)
from kinodex.domain.errors.videos import (
    AspectRatioRefused,
    AudioMissing,
    DecoderLost,
    FileEmpty,
    FileTooLarge,
    NotAVideo,
    ResolutionTooHigh,
    ResolutionTooLow,
    TranscriptInvalid,
    VideoBroken,
    VideoRejected,
    VideoTooLong,
    VideoTooShort,
)
from kinodex.domain.errors.webhooks import (
    ReceiverRefused,
    TooManyWebhooks,
    WebhookDisabled,
    WebhookUrlNotSecure,
)

__all__ = [
    "AnswerNotKept",
    "AspectRatioRefused",
    "AssetInUse",
    "AssetKindWrong",
    "AudioMissing",
    "BadResponse",
    "BodyTooLarge",
    "ClassifyOptionsConflict",
    "ClassifyTokenExpired",
    "ClassifyTokenInvalid",
    "ConnectionFailed",
    "ContentTypeInvalid",
    "DataFolderInUse",
    "DatabaseUnusable",
    "DecoderLost",
    "DnsFailed",
    "DownloadLost",
    "EncodingUnsupported",
    "EndpointUnknown",
    "EngineBusy",
    "EngineFailed",
    "EngineNotReady",
    "FetchFailed",
    "FetchIncomplete",
    "FetchTimedOut",
    "FetchTooSlow",
    "FileEmpty",
    "FileTooLarge",
    "FilterInvalid",
    "HttpStatusRefused",
    "IdempotencyKeyInvalid",
    "IdempotencyKeyReused",
    "IndexModelsFixed",
    "IndexNameTaken",
    "KeyForbids",
    "KeyInvalid",
    "KeyLimited",
    "KinodexError",
    "MethodNotAllowed",
    "ModelNotBrought",
    "ModelUnknown",
    "NotAVideo",
    "NotFound",
    "NotMedia",
    "Overloaded",
    "PageExpired",
    "ParameterInvalid",
    "ParameterMissing",
    "PictureBroken",
    "ProxyRefused",
    "QueryUnreadable",
    "RateLimitedBySource",
    "ReceiverRefused",
    "Refused",
    "RequestStillRunning",
    "ResolutionTooHigh",
    "ResolutionTooLow",
    "SearchOptionUnsupported",
    "SearchOptionsConflict",
    "ServerOverloaded",
    "ServerStopping",
    "SignInLinkInvalid",
    "SoundBroken",
    "SourceGone",
    "StepStuck",
    "StepTimedOut",
    "StorageFull",
    "TaskCanceled",
    "TaskNotCancelable",
    "TaskNotDeletable",
    "TaskNotRetryable",
    "TaskWithdrawn",
    "TextGenerationUnsupported",
    "TlsFailed",
    "TooManyPrompts",
    "TooManyRedirects",
    "TooManyWebhooks",
    "TranscriptInvalid",
    "UploadClosed",
    "UploadExpired",
    "UploadUnfinished",
    "UrlAddressNotAllowed",
    "UrlBucketNotAllowed",
    "UrlCredentialsNotAllowed",
    "UrlHostUnsupported",
    "UrlInvalid",
    "UrlPortNotAllowed",
    "UrlRefused",
    "UrlSchemeNotAllowed",
    "VideoBroken",
    "VideoNotInIndex",
    "VideoNotReady",
    "VideoRejected",
    "VideoTooLong",
    "VideoTooShort",
    "WebhookDisabled",
    "WebhookUrlNotSecure",
    "WorkerLost",
]
