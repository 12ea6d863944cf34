"""What ``/search/explain`` takes and answers."""

from kinodex.http.spec.operation import Operation, takes
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
from kinodex.http.spec.search import CLIP_EXAMPLE, EXPLAINED, PARTS
from kinodex.http.wire.values import Json

_REASONED: Json = record(
    {
        "start": number("Seconds."),
        "end": number("Seconds."),
        "score": number("0 to 100."),
        "confidence": word("high", "medium", "low", "none", about="The score in words."),
        "explain": listed(EXPLAINED),
    },
    PARTS,
)
_REASONED_EXAMPLE: Json = {
    name: CLIP_EXAMPLE[name] for name in ("start", "end", "score", "confidence", "explain")
}
_HIT = record(
    {
        "index_id": identifier("Id of the index."),
        "video_id": identifier("Id of the video."),
        "rank": integer("Place in the answer, from 1."),
        "agrees": flag("Whether what is stored now gives the same moment and score."),
        "differences": listed(text(), "In what it does not agree."),
        "stored": _REASONED,
        "recomputed": or_null(_REASONED),
        "modalities": listed(
            record(
                {
                    "modality": word("visual", "speech", "screen_text"),
                    "probability": number("Of its best evidence, 0 to 1."),
                    "score": number("The same as 0 to 100."),
                    "weight": number("Its share of all evidence, 0 to 1."),
                    "rank": integer("Place of its best evidence among all of this modality, from 1."),
                }
            ),
            "What each modality adds, the heaviest first.",
        ),
        "filters_passed": listed(text(), "The conditions of the filter, which all hold."),
    }
)
_STANDING = record(
    {
        "video_id": identifier("Id of the video."),
        "in_results": flag("Whether it is in the answer."),
        "rank": or_null(integer("Place of its best moment among all, from 1.")),
        "best": or_null(_REASONED),
        "held_back": listed(
            record(
                {
                    "by": word("filter", "threshold", "limit", "candidates", "no_match"),
                    "message": text("Why, in a sentence."),
                }
            ),
            "What kept it out.",
        ),
    }
)
EXPLAIN = Operation(
    answer=Shape(
        "SearchExplained",
        {"anyOf": [_HIT, _STANDING]},
        {
            "index_id": INDEX_ID,
            "video_id": VIDEO_ID,
            "rank": 1,
            "agrees": True,
            "differences": [],
            "stored": _REASONED_EXAMPLE,
            "recomputed": _REASONED_EXAMPLE,
            "modalities": [
                {"modality": "speech", "probability": 0.92, "score": 96.8, "weight": 1.0, "rank": 1}
            ],
            "filters_passed": [],
        },
    ),
    query=(takes("video_id", identifier("Tell of this video where it stands, and what held it back.")),),
    errors=(404,),
    details="The token is the `explain_token` of a hit, or, with `video_id`, any token of the answer. "
    "Pictures of a search are not kept, so one with pictures cannot be computed again.",
)
