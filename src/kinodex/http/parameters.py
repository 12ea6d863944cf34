"""Single parameters of a path or a query, read into values or an error that names them."""

import re
from datetime import UTC, datetime, time, timedelta

from starlette.datastructures import QueryParams

from kinodex.domain import errors
from kinodex.domain.ids import AssetId, EmbedTaskId, IndexId, TaskId, UploadId, VideoId, is_id
from kinodex.domain.request_headers import PARAMETER, RequestHeaders, check_request_headers
from kinodex.http.fields import Fields

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LAST_MOMENT = timedelta(days=1) - timedelta(milliseconds=1)


def identifier(name: str, text: str) -> str:
    """
    Return an identifier.

    Raises:
        ParameterInvalid: It has not the form of one.
    """
    lowered = text.strip().lower()
    if not is_id(lowered):
        raise errors.ParameterInvalid(name, f"{text[:80]!r} is not 24 hexadecimal digits")
    return lowered


def index_id_of(text: str) -> IndexId:
    """Return the id of an index, or raise ``ParameterInvalid``."""
    return IndexId(identifier("index_id", text))


def task_id_of(text: str) -> TaskId:
    """Return the id of a task, or raise ``ParameterInvalid``."""
    return TaskId(identifier("task_id", text))


def video_id_of(text: str) -> VideoId:
    """Return the id of a video, or raise ``ParameterInvalid``."""
    return VideoId(identifier("video_id", text))


def asset_id_of(text: str) -> AssetId:
    """Return the id of an asset, or raise ``ParameterInvalid``."""
    return AssetId(identifier("asset_id", text))


def upload_id_of(text: str) -> UploadId:
    """Return the id of an upload, or raise ``ParameterInvalid``."""
    return UploadId(identifier("upload_id", text))


def embed_task_id_of(text: str) -> EmbedTaskId:
    """Return the id of an embedding task, or raise ``ParameterInvalid``."""
    return EmbedTaskId(identifier("task_id", text))


def query_fields(query: QueryParams) -> Fields:
    """Return the parameters of a query, to be read like the fields of a form."""
    values: dict[str, list[object]] = {}
    for name, value in query.multi_items():
        values.setdefault(name, []).append(value)
    return Fields(values)


def is_day(text: str) -> bool:
    """Return whether a point in time is given as a whole day."""
    return _DAY.fullmatch(text.strip()) is not None


def instant_of(name: str, text: str) -> datetime:
    """
    Return an RFC 3339 time in UTC; a day is its beginning, a time without a zone is in UTC.

    Raises:
        ParameterInvalid: It is neither.
    """
    try:
        given = datetime.fromisoformat(text.strip())
        return given.astimezone(UTC) if given.tzinfo else given.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise errors.ParameterInvalid(name, f"{text[:80]!r} is not an RFC 3339 date or time") from error


def end_of_day(instant: datetime) -> datetime:
    """Return the last millisecond of the UTC day an instant lies in."""
    return datetime.combine(instant.date(), time(0), tzinfo=UTC) + _LAST_MOMENT


def url_headers_of(body: Fields) -> RequestHeaders:
    """
    Return the header fields a body wants sent along when its URL is fetched.

    Raises:
        ParameterInvalid: They cannot be sent, or there is no URL.
    """
    if body.value(PARAMETER) is None:
        return ()
    if body.text("video_url") is None:
        raise errors.ParameterInvalid(PARAMETER, "headers can be sent along with a video_url only")
    given = body.json(PARAMETER)
    if not isinstance(given, dict):
        # Never what was received: it may hold a secret.
        raise errors.ParameterInvalid(PARAMETER, "it is no JSON object of names and values")
    return check_request_headers(given)
