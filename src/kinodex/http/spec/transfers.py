"""What takes videos over from elsewhere, and what it answers."""

from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.schema import (
    INDEX_ID,
    TASK_ID,
    VIDEO_ID,
    Shape,
    identifier,
    listed,
    record,
    text,
)
from kinodex.http.wire.values import Json

_URL = "https://example.com/best-racing-moments.mp4"
_LANGUAGE: Json = text("What is spoken, as an ISO 639-1 code.", default="en")
_TRANSCRIPT: Json = text("Link to a transcript as SRT or WebVTT.")
_ITEM: Json = record(
    {
        "index_id": identifier("Index the video will be in."),
        "object": text("Where the file is: s3://BUCKET/KEY, http or https."),
    },
    {
        "language": _LANGUAGE,
        "transcription": _TRANSCRIPT,
    },
)
TAKEN = Shape(
    "Transfers",
    record(
        {
            "data": listed(
                record(
                    {
                        "_id": identifier("Id of the new task."),
                        "video_id": identifier("Id of its video."),
                        "object": text("Where its file is."),
                    }
                )
            ),
            "errors": listed(
                record(
                    {
                        "object": text("Where the file is that is not taken."),
                        "code": text("Stable word for what is wrong."),
                        "message": text("One sentence for people."),
                    }
                )
            ),
        }
    ),
    {"data": [{"_id": TASK_ID, "video_id": VIDEO_ID, "object": _URL}], "errors": []},
)
TRANSFER = Operation(
    answer=TAKEN,
    status={"v1.1": 200, "v1.2": 201},
    details="A task for each video. What cannot be taken is listed with the reason and keeps nothing else "
    "back; a video that is listed twice for one index is taken once.",
    body=(needs("file", listed(_ITEM, "The videos; in a form, a JSON file or JSON text.", maxItems=1000)),),
    examples={"a video": Example({"file": [{"index_id": INDEX_ID, "object": _URL, "language": "en"}]})},
)
CREATED = Shape("TransferCreated", record({"_id": identifier("Id of the new task.")}), {"_id": TASK_ID})
EXTERNAL = Operation(
    answer=CREATED,
    status=201,
    details="Pages of video hosts are refused: their files have no link of their own.",
    body=(
        needs("index_id", identifier("Index the video will be in.")),
        needs("url", text("Direct link to the file, http or https.")),
        takes("language", _LANGUAGE),
        takes("transcription", _TRANSCRIPT),
    ),
    examples={"a video": Example({"index_id": INDEX_ID, "url": _URL})},
    errors=(404,),
)
