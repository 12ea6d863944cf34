"""What ``/estimate`` takes and answers."""

from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.schema import (
    INDEX_ID,
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
    word,
)
from kinodex.http.spec.tasks import URL_HEADERS

_PROBLEM = record(
    {
        "code": text("Stable word, as a task would have it."),
        "message": text("The same as a sentence, with the measured value and the limit."),
        "certain": flag("False where it rests on what a header declares."),
    }
)
_WORK = record(
    {
        "seconds": number("Work on this machine, without waiting for others."),
        "measured": flag("Whether this machine has measured every step before."),
    },
    {"note": text("What the figure rests on where it is not measured.")},
)
_ANSWER = Shape(
    "Estimate",
    record(
        {
            "reachable": flag("Whether the source gave bytes."),
            "accepted": or_null(flag("Whether a task would pass the checks; null where that is not known.")),
            "limits": word("v1.1", "v1.2", "v1.3", about="The version whose limits were applied."),
            "problems": listed(
                _PROBLEM, "All that is known to be wrong; the first is what a task would say."
            ),
            "unknown": listed(text(), "What the bytes that were read do not tell."),
            "read_bytes": integer("So many bytes of the file were read, at most 2 MiB."),
            "already_indexed": listed(
                record({"index_id": identifier(), "video_id": identifier()}),
                "Videos of the same bytes, as far as the key reaches.",
            ),
        },
        {
            "filename": text(),
            "size": integer("Bytes."),
            "container": text(),
            "video_codec": text(),
            "audio_codec": text("Absent without sound."),
            "width": integer("Pixels as shown."),
            "height": integer("Pixels as shown."),
            "fps": number("Pictures a second."),
            "duration": number("Seconds."),
            "duration_from": word("index", "header", about="Measured over the index, or only declared."),
            "disk_bytes": integer("Space needed while it is indexed, about."),
            "work": _WORK,
        },
    ),
    {
        "reachable": True,
        "accepted": True,
        "limits": "v1.3",
        "problems": [],
        "filename": "best-racing-moments.mp4",
        "size": 48211904,
        "container": "mov,mp4,m4a,3gp,3g2,mj2",
        "video_codec": "h264",
        "audio_codec": "aac",
        "width": 854,
        "height": 480,
        "fps": 25.0,
        "duration": 810.84,
        "duration_from": "index",
        "unknown": [],
        "read_bytes": 1048576,
        "disk_bytes": 127298000,
        "work": {"seconds": 324.3, "measured": True},
        "already_indexed": [{"index_id": INDEX_ID, "video_id": VIDEO_ID}],
    },
)
ESTIMATE = Operation(
    answer=_ANSWER,
    details="Reads at most 2 MiB: the beginning of the file, and the index of an MP4 where it lies at the "
    "end. What these do not tell stays unknown. A URL that is refused by its form is answered with 400, as "
    "by `POST /tasks`.",
    body=(
        needs("video_url", text("Direct link to the file, http or https.")),
        takes("video_url_headers", URL_HEADERS),
        takes("index_id", identifier("Look for the same video in this index only.")),
        takes("limits", word("v1.1", "v1.2", "v1.3", about="Apply the limits of this version.")),
    ),
    examples={"url": Example({"video_url": "https://example.com/best-racing-moments.mp4"})},
    errors=(404,),
)
