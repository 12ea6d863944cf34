"""What ``/classify`` takes and answers."""

from kinodex.http.spec.operation import Example, Field, Operation, needs, takes
from kinodex.http.spec.schema import (
    AT_S,
    INDEX_ID,
    VIDEO_ID,
    Shape,
    flag,
    identifier,
    integer,
    listed,
    number,
    record,
    text,
    time,
    word,
)
from kinodex.http.wire.values import Json

_SCORE = "0 to 100, a calibrated probability as in searches."
_CLIP: Json = record(
    {
        "start": number("Seconds."),
        "end": number("Seconds."),
        "score": number(_SCORE),
        "option": text("Where it was found best."),
        "prompt": text("Which prompt of the class it is about."),
        "thumbnail_url": text("Link to a JPEG that works for an hour without a key."),
    }
)
_CLASS: Json = record(
    {
        "name": text("As sent."),
        "score": number(f"That the class shows at all: the best of all instants; {_SCORE}"),
        "duration_ratio": number("For which part of the video it shows, 0 to 1."),
    },
    {
        "clips": listed(_CLIP, "Best first; those of different prompts may overlap."),
        "detailed_scores": record(
            {
                "max_score": number("The score."),
                "avg_score": number("Mean of the clips' scores, weighed by their lengths."),
                "normalized_score": number(
                    "Percent: the probability of the class among those of all classes asked for."
                ),
            }
        ),
    },
)
ANSWER = Shape(
    "Classification",
    record(
        {
            "data": listed(
                record(
                    {
                        "video_id": identifier("Id of the video."),
                        "classes": listed(_CLASS, "Those that show, best first."),
                    }
                )
            ),
            "page_info": record(
                {
                    "limit_per_page": integer("Most videos of a page."),
                    "total_results": integer("Videos of all pages."),
                    "page_expired_at": time("Until when its tokens work."),
                    "next_page_token": text("Asks for the next page; empty on the last."),
                    "prev_page_token": text("Asks for the page before; empty on the first."),
                }
            ),
            "notes": listed(text(), "What is degraded about this answer, and why."),
        }
    ),
    {
        "data": [
            {
                "video_id": VIDEO_ID,
                "classes": [{"name": "sport", "score": 91.2, "duration_ratio": 0.4}],
            }
        ],
        "page_info": {
            "limit_per_page": 10,
            "total_results": 1,
            "page_expired_at": AT_S,
            "next_page_token": "",
            "prev_page_token": "",
        },
        "notes": [],
    },
)

_OPTIONS: Json = listed(
    word("visual", "conversation", "text_in_video", "logo"), "What to look at; the index must have it."
)
_WAY: Json = word("semantic", "exact_match", about="How speech must match.", default="semantic")
_CLASSES: Json = listed(
    record(
        {
            "name": text("Of the class; no two have the same."),
            "prompts": listed(text(), "Descriptions of it; any of them may match.", minItems=1),
        },
        {"options": _OPTIONS, "conversation_option": _WAY},
    ),
    "What to look for; 100 prompts together at most. JSON text in a form.",
)
_THRESHOLD: Json = {
    "description": "What a class must reach to be named; or the least confidence of a clip in one word, "
    "`high`, `medium`, `low` or `none`.",
    "x-json-in-forms": True,
    **record(
        {},
        {
            "min_clip_score": number("Of a clip.", minimum=0, maximum=100, default=70),
            "min_video_score": number("Of a class.", minimum=0, maximum=100, default=0),
            "min_duration_ratio": number("Of a class.", minimum=0, maximum=1, default=0),
        },
    ),
}
_COMMON: tuple[Field, ...] = (
    takes("classes", _CLASSES),
    takes("labels", {**_CLASSES, "description": "The same under an older name."}),
    takes("options", _OPTIONS),
    takes("conversation_option", _WAY),
    takes("include_clips", flag("Whether clips are named.", default=False)),
    takes("show_detailed_score", flag("Whether it is told how scores are made.", default=False)),
    takes("threshold", _THRESHOLD),
    takes("page_limit", integer("Most videos of a page.", minimum=1, maximum=50, default=10)),
)
_EXAMPLE: Json = {
    "options": ["conversation"],
    "classes": [{"name": "sport", "prompts": ["race", "a match"]}, {"name": "cooking", "prompts": ["soup"]}],
    "include_clips": True,
    "show_detailed_score": True,
    "threshold": {"min_clip_score": 1, "min_duration_ratio": 0.01},
}
_DETAILS = "A class is named where at least one clip of it is found."
VIDEOS = Operation(
    answer=ANSWER,
    details=_DETAILS,
    body=(
        takes("video_ids", listed(identifier(), "Videos of any indexes.")),
        takes("video_id", identifier("A single video.")),
        *_COMMON,
    ),
    examples={"videos": Example({"video_ids": [VIDEO_ID], **_EXAMPLE})},
    errors=(404,),
)
INDEX = Operation(
    answer=ANSWER,
    details=_DETAILS,
    body=(needs("index_id", identifier("Index whose videos are meant.")), *_COMMON),
    examples={"index": Example({"index_id": INDEX_ID, **_EXAMPLE})},
    errors=(404,),
)
TURN = Operation(answer=ANSWER)
