"""What ``/indexes/{id}/videos`` takes and answers."""

from kinodex.http.spec.embeddings import OF_VIDEO, WITH_VECTORS
from kinodex.http.spec.operation import Example, Field, Operation, takes
from kinodex.http.spec.playback import HLS
from kinodex.http.spec.schema import (
    AT_S,
    INDEX_ID,
    MERGED_METADATA,
    USER_METADATA,
    VIDEO_ID,
    Shape,
    flag,
    identifier,
    integer,
    listed,
    number,
    or_null,
    record,
    text,
    time,
)
from kinodex.http.wire.values import Json

_OLD = ("v1.1", "v1.2")
LINE = record(
    {"start": number("Seconds."), "end": number("Seconds."), "value": text("What is said or written.")}
)
_TIMES: Json = {
    "_id": identifier("Id of the video."),
    "created_at": time("When its task was accepted."),
    "updated_at": time("When it was changed last."),
    "indexed_at": time("When it became ready."),
}
_FACTS: Json = {
    "filename": text("Name of the file."),
    "duration": number("Seconds."),
    "fps": number("Pictures per second."),
    "width": integer("Pixels."),
    "height": integer("Pixels."),
    "size": integer("Bytes."),
}
_WARNINGS: Json = {"warnings": listed(text(), "What is degraded about this video.")}
_FACTS_EXAMPLE: Json = {
    "filename": "best-racing-moments.mp4",
    "duration": 810.84,
    "fps": 25,
    "width": 854,
    "height": 480,
    "size": 60221233,
}
_TIMES_EXAMPLE: Json = {"_id": VIDEO_ID, "created_at": AT_S, "updated_at": AT_S, "indexed_at": AT_S}


def _old(required: Json, optional: Json, example: Json, *, more: Json) -> tuple[Json, Json]:
    """Describe a video whose facts, title and metadata of the user's own lie in one object."""
    metadata = record({**_FACTS, **required}, optional)
    metadata["additionalProperties"] = USER_METADATA["additionalProperties"]
    shown = {**_TIMES_EXAMPLE, "metadata": {**_FACTS_EXAMPLE, **example, "category": "sports"}}
    return record({**_TIMES, "metadata": metadata}, {**_WARNINGS, **more}), shown


_TITLE: Json = {"video_title": text("Its title.")}
_ENGINE_IDS: Json = {"engine_ids": listed(text())}
VIDEO = Shape(
    "Video",
    record(
        {
            **_TIMES,
            "system_metadata": record({**_FACTS, "model_names": listed(text())}, _TITLE),
        },
        {
            "user_metadata": USER_METADATA,
            "transcription": listed(LINE, "What is said, where it was asked for."),
            **OF_VIDEO,
            **_WARNINGS,
            **HLS,
        },
    ),
    {
        **_TIMES_EXAMPLE,
        "system_metadata": {**_FACTS_EXAMPLE, "model_names": ["marengo3.0"]},
        "user_metadata": {"category": "sports"},
    },
    {
        "v1.1": _old({}, _TITLE, {}, more={}),
        "v1.2": _old(
            {**_TITLE, **_ENGINE_IDS}, {}, {"video_title": "Racing", "engine_ids": ["marengo2.6"]}, more=HLS
        ),
    },
)
LINES = Shape(
    "VideoLines",
    record(
        {
            "_id": identifier("Id of the video."),
            "index_id": identifier("Id of its index."),
            "type": text("Which lines these are."),
            "data": or_null(listed(LINE, "Null where there is nothing.")),
        },
        {"notes": listed(text(), "What is degraded about this answer.")},
    ),
    {
        "_id": VIDEO_ID,
        "index_id": INDEX_ID,
        "type": "video_index_meta_transcription",
        "data": [{"start": 0.5, "end": 2.5, "value": "the race begins"}],
    },
)
SHOTS = Shape(
    "Shots",
    record({"data": listed(record({"start": number("Seconds."), "end": number("Seconds.")}))}),
    {"data": [{"start": 0, "end": 4.2}, {"start": 4.2, "end": 11.6}]},
)
THUMBNAIL = Shape(
    "Thumbnail",
    record({"thumbnail": text("Link to a JPEG that works for an hour without a key.")}),
    {"thumbnail": "http://127.0.0.1:8080/media/…/15000.jpg?expires=…&signature=…"},
)

TOTAL_DURATION: Json = {"total_duration": number("Seconds of all videos that match (v1.1, v1.2).")}
METADATA_FILTERS = (
    "Any name that is not one of these is a filter on the user's own metadata: `category=sports`, "
    '`season[gte]=2020`, `user_metadata[category]=sports` or `user_metadata={"category": "sports"}`.'
)
GET = Operation(
    answer=VIDEO,
    query=(
        takes("transcription", flag("Whether the answer also holds what is said."), only=("v1.3",)),
        WITH_VECTORS,
    ),
)
_SPAN: tuple[Field, ...] = (
    takes("start", number("Only lines that reach beyond this second.")),
    takes("end", number("Only lines that begin before this second.")),
)
GET_LINES = Operation(answer=LINES, query=_SPAN)
GET_SHOTS = Operation(answer=SHOTS)
GET_LOGO = Operation(answer=LINES)
GET_THUMBNAIL = Operation(
    answer=THUMBNAIL,
    query=(takes("time", number("Second of the picture; the middle if not sent.", minimum=0)),),
)
UPDATE = Operation(
    status=204,
    body=(
        takes("video_title", text("The title.")),
        takes("user_metadata", MERGED_METADATA),
        takes("metadata", MERGED_METADATA, only=_OLD),
    ),
    examples={
        "user_metadata": Example({"user_metadata": {"category": "racing", "season": None}}, only=("v1.3",)),
        "metadata": Example(
            {"video_title": "The race", "metadata": {"category": "racing"}}, only=("v1.1", "v1.2")
        ),
    },
)
