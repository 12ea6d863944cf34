"""What ``/tasks`` takes and answers."""

from kinodex.domain.tasks import TaskStatus
from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.playback import HLS
from kinodex.http.spec.schema import (
    AT_MS,
    INDEX_ID,
    TASK_ID,
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
    word,
)
from kinodex.http.wire.values import Json

_OLD = ("v1.1", "v1.2")
_FACTS = record(
    {},
    {
        "duration": number("Seconds, once they are known."),
        "filename": text("Name of the file, once it is known."),
        "height": integer("Pixels, once they are known."),
        "width": integer("Pixels, once they are known."),
    },
)
_BASICS: Json = {
    "_id": identifier("Id of the task."),
    "index_id": identifier("Id of its index."),
    "video_id": identifier("Id of the video it will leave; known from the beginning."),
    "created_at": time("When it was accepted."),
    "updated_at": time("When it was changed last."),
}
_ON_THE_WAY: Json = {
    "process": record(
        {"percentage": number("How much is done."), "remain_seconds": number("How long it may take.")},
        about="While it is unfinished.",
    ),
    "progress": number("How much is done, 0 to 1, while it is unfinished."),
    "step": text("What is being done, while it is unfinished."),
    "attempt": integer("Which attempt it is, from 1; not of a ready task."),
    "queue_reason": text("What it waits for, while it waits."),
    "received_bytes": integer("How much of the video at a URL has come, while it is unfinished."),
    "error": record(
        {"code": text("Stable word for why it failed."), "message": text("The same as a sentence.")},
        about="Only of a task that failed.",
    ),
}
_STATUSES = {
    "v1.1": ("validating", "pending", "indexing", "ready", "failed"),
    "v1.2": ("validating", "pending", "queued", "indexing", "ready", "failed"),
    "v1.3": tuple(status.value for status in TaskStatus),
}
_FACTS_EXAMPLE: Json = {
    "duration": 810.84,
    "filename": "best-racing-moments.mp4",
    "height": 480,
    "width": 854,
}
_EXAMPLE: Json = {
    "_id": TASK_ID,
    "index_id": INDEX_ID,
    "video_id": VIDEO_ID,
    "created_at": AT_MS,
    "updated_at": AT_MS,
    "status": "ready",
}


def _old(generation: str) -> tuple[Json, Json]:
    required: Json = {
        **_BASICS,
        "estimated_time": time("When it will be ready, as far as we know."),
        "metadata": _FACTS,
        "status": word(*_STATUSES[generation], about="How far it is."),
        "type": word("index_task_info"),
    }
    example: Json = {
        **_EXAMPLE,
        "estimated_time": AT_MS,
        "metadata": _FACTS_EXAMPLE,
        "type": "index_task_info",
    }
    return record(required, _ON_THE_WAY if generation == "v1.1" else {**_ON_THE_WAY, **HLS}), example


TASK = Shape(
    "Task",
    record(
        {
            **_BASICS,
            "status": word(*_STATUSES["v1.3"], about="How far it is."),
            "system_metadata": _FACTS,
        },
        {**_ON_THE_WAY, **HLS},
    ),
    {**_EXAMPLE, "system_metadata": _FACTS_EXAMPLE},
    {"v1.1": _old("v1.1"), "v1.2": _old("v1.2")},
)
_ONLY_ID: tuple[Json, Json] = (record({"_id": identifier("Id of the new task.")}), {"_id": TASK_ID})
CREATED = Shape(
    "TaskCreated",
    record({"_id": identifier("Id of the new task."), "video_id": identifier("Id of its video.")}),
    {"_id": TASK_ID, "video_id": VIDEO_ID},
    {"v1.1": _ONLY_ID, "v1.2": _ONLY_ID},
)
COUNTS = Shape(
    "TaskCounts",
    record(
        {
            "index_id": identifier("Id of the index."),
            **{status.value: integer(f"How many are {status.value}.") for status in TaskStatus},
            "total_result": integer("How many there are."),
        }
    ),
    {"index_id": INDEX_ID, **dict.fromkeys(map(str, TaskStatus), 0), "ready": 1, "total_result": 1},
)
STEPS = Shape(
    "TaskSteps",
    record(
        {
            "data": listed(
                record(
                    {
                        "step": text("Its name."),
                        "attempts": integer("How often it was begun."),
                        "seconds": or_null(number("How long it took; null while it runs.")),
                    },
                    {"note": text("What was special: whose bytes or results were taken over.")},
                )
            )
        }
    ),
    {"data": [{"step": "fetch", "attempts": 1, "seconds": 2.6}]},
)

URL_HEADERS: Json = {
    "type": "object",
    "description": "Header fields for the requests to `video_url`, by name; not sent to another origin it "
    "may redirect to. Kept until the task ends, never shown.",
    "additionalProperties": {"type": "string"},
}

CREATE = Operation(
    answer=CREATED,
    status={"v1.1": 200, "v1.2": 201, "v1.3": 201},
    details="One of `video_url` and `video_file` is needed; the URL wins where both are sent. The bytes of a "
    "URL are fetched after the answer: what is wrong with them fails the task. A file is checked at once.",
    body=(
        needs("index_id", identifier("Index the video will be in.")),
        takes("video_url", text("Direct link to the file, http or https.")),
        takes("video_url_headers", URL_HEADERS),
        takes("video_file", text("The file itself."), is_file=True),
        takes("file", text("The same under an older name."), is_file=True),
        takes("language", text("What is spoken, as an ISO 639-1 code.", default="en"), only=_OLD),
        takes("provide_transcription", flag("Whether a transcript comes along.")),
        takes("transcription_file", text("The transcript as SRT or WebVTT."), is_file=True),
        takes("transcription_url", text("Or a link to it.")),
        takes("disable_video_stream", flag("Whether no copy for playing is kept.")),
        takes("enable_video_stream", flag("Whether a copy for playing is kept.", default=True)),
        takes("user_metadata", USER_METADATA),
    ),
    examples={
        "guide": Example(
            {
                "index_id": INDEX_ID,
                "language": "en",
                "video_url": "https://example.com/best-racing-moments.mp4",
            },
            only=_OLD,
        ),
        "metadata": Example(
            {
                "index_id": INDEX_ID,
                "video_url": "https://example.com/best-racing-moments.mp4",
                "enable_video_stream": True,
                "user_metadata": {"category": "sports", "season": 2022},
            },
            only=("v1.3",),
        ),
    },
    errors=(404,),
)
_STATUS = "Those with this status; may be repeated."
LIST_SPECIAL = {
    "status": (text(f"{_STATUS} One of {', '.join(TaskStatus)}."), ("v1.1", "v1.2", "v1.3")),
}
COUNT = Operation(
    answer=COUNTS, query=(needs("index_id", identifier("Index whose tasks are counted.")),), errors=(404,)
)
CONTROLLED = Operation(answer=TASK, errors=(409,))
