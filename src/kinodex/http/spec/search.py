"""What ``/search`` takes and answers."""

from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.schema import (
    AT_S,
    INDEX_ID,
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
_NEW = ("v1.3",)
_EXPLAINED = record(
    {
        "modality": word("visual", "speech", "screen_text"),
        "how": text("lexical, semantic, words_to_picture or picture_to_picture."),
        "probability": number("That this is what was looked for, 0 to 1."),
        "start": number("Seconds."),
        "end": number("Seconds."),
        "text": or_null(text("What is said or written.")),
        "matched_words": listed(text()),
        "box": or_null(record({"left": number(), "top": number(), "width": number(), "height": number()})),
        "engine": text("Which engine found it."),
        "similarity": or_null(number("Before calibration.")),
    },
    about="One reason why the moment matched.",
)
_CLIP: Json = {
    "start": number("Seconds."),
    "end": number("Seconds."),
    "video_id": identifier("Id of the video."),
    "score": number("0 to 100, a calibrated probability."),
    "confidence": word("high", "medium", "low", "none", about="The score in words."),
    "thumbnail_url": text("Link to a JPEG that works for an hour without a key."),
    "explain": listed(_EXPLAINED),
}
_CLIP_EXAMPLE: Json = {
    "start": 0.5,
    "end": 2.5,
    "video_id": VIDEO_ID,
    "score": 92.28,
    "confidence": "high",
    "thumbnail_url": "http://127.0.0.1:8080/media/…/1000.jpg?expires=…&signature=…",
    "explain": [
        {
            "modality": "speech",
            "how": "lexical",
            "probability": 0.92,
            "start": 0.5,
            "end": 2.5,
            "text": "the race begins",
            "matched_words": ["race"],
            "box": None,
            "engine": "words",
            "similarity": None,
        }
    ],
}
_OPTIONS: Json = {
    "metadata": listed(
        record({"type": text("The option that matched.")}, {"text": text("What is said or written.")})
    )
}
_OPTIONS_EXAMPLE: Json = {"metadata": [{"type": "conversation", "text": "the race begins"}]}
_METADATA: Json = {"user_metadata": USER_METADATA}

CLIP = Shape(
    "Clip",
    record(
        {"rank": integer("Place in the whole answer, from 1."), **_CLIP},
        {"transcription": text("What is said, where it is why the moment was found."), **_METADATA},
    ),
    {"rank": 1, **_CLIP_EXAMPLE, "transcription": "the race begins"},
    dict.fromkeys(_OLD, (record({**_CLIP, **_OPTIONS}, _METADATA), {**_CLIP_EXAMPLE, **_OPTIONS_EXAMPLE})),
)
_GROUP = Shape(
    "VideoWithClips",
    record({"id": identifier("Id of the video."), "clips": listed(CLIP)}, _METADATA),
    {"id": VIDEO_ID, "clips": [CLIP.example]},
    dict.fromkeys(
        _OLD,
        (
            record({"id": identifier("Id of the video."), "clips": listed(CLIP)}, _METADATA),
            {"id": VIDEO_ID, "clips": [CLIP.of("v1.1")[1]]},
        ),
    ),
)
_ENVELOPE: Json = {
    "data": {"type": "array", "items": {"anyOf": [CLIP, _GROUP]}},
    "page_info": record(
        {
            "limit_per_page": integer("Most items of a page."),
            "total_results": integer("Items of all pages."),
            "page_expires_at": time("Until when its tokens work."),
            "page_expired_at": time("The same under an older name."),
        },
        {
            "next_page_token": text("Asks for the next page; absent on the last."),
            "prev_page_token": text("Asks for the page before; absent on the first."),
            "total_inner_matches": integer("Moments of all videos, when grouped by video."),
        },
    ),
    "search_pool": record(
        {
            "index_id": identifier("Id of the index."),
            "total_count": integer("How many videos are in it."),
            "total_duration": number("Their seconds together."),
        }
    ),
    "no_confident_match": flag("Whether nothing reached the confidence low."),
    "notes": listed(text(), "What is degraded about this answer, and why."),
}
_ENVELOPE_EXAMPLE: Json = {
    "page_info": {
        "limit_per_page": 10,
        "total_results": 1,
        "page_expires_at": AT_S,
        "page_expired_at": AT_S,
    },
    "search_pool": {"index_id": INDEX_ID, "total_count": 1, "total_duration": 810.84},
    "no_confident_match": False,
    "notes": [],
}
_ECHO: Json = {
    "search_options": listed(text()),
    "conversation_option": text(),
    "type": word("search_create"),
}

ANSWER = Shape(
    "SearchAnswer",
    record(_ENVELOPE),
    {"data": [CLIP.example], **_ENVELOPE_EXAMPLE},
    dict.fromkeys(
        _OLD,
        (
            record({**_ENVELOPE, **_ECHO}, {"query": text()}),
            {
                "data": [CLIP.of("v1.1")[1]],
                **_ENVELOPE_EXAMPLE,
                "query": "race",
                "search_options": ["visual", "conversation"],
                "conversation_option": "semantic",
                "type": "search_create",
            },
        ),
    ),
)

_OPTION = word("visual", "audio", "transcription", "conversation", "text_in_video", "logo")
_FILTER: Json = {
    "type": "object",
    "description": "Conditions that all must hold: `id` (list of video ids), `duration`, `width`, `height`, "
    "`size`, `fps` (a number or `{gte, lte}`), `filename`, `title`, or a key of the user's own metadata.",
}
SEARCH = Operation(
    answer=ANSWER,
    details="A text or up to ten pictures are needed; a text beside pictures narrows what is looked for.",
    body=(
        needs("index_id", identifier("Index to look in.")),
        needs("search_options", listed(_OPTION, "What to look at; the index must have it.", minItems=1)),
        takes("query", text("What to look for, in words (v1.1, v1.2).", maxLength=2000)),
        takes("query_text", text("What to look for, in words.", maxLength=2000)),
        takes("query_media_type", word("image", about="Needed where pictures are sent.")),
        takes("query_media_url", listed(text(), "Links to pictures.", maxItems=10)),
        takes("query_media_urls", listed(text(), "The same under another name.", maxItems=10)),
        takes("query_media_file", text("JPEG, PNG or WebP, up to 5 MiB; repeatable."), is_file=True),
        takes("query_media_files", text("The same under another name."), is_file=True),
        takes("operator", word("or", "and", about="`and`: one moment must match all options.", default="or")),
        takes(
            "conversation_option",
            word("semantic", "exact_match", about="How speech must match.", default="semantic"),
        ),
        takes("transcription_options", listed(word("lexical", "semantic"), "How speech must match.")),
        takes("threshold", word("high", "medium", "low", "none", about="Lowest confidence to be shown.")),
        takes(
            "adjust_confidence_level",
            number("Shifts the bands of confidence.", minimum=0, maximum=1, default=0.5),
        ),
        takes("group_by", word("clip", "video", about="What an item is.", default="clip")),
        takes("sort_option", word("score", "clip_count", about="Order of videos.", default="score")),
        takes("page_limit", integer("Most items of a page.", minimum=1, maximum=50, default=10)),
        takes("filter", _FILTER),
        takes("include_user_metadata", flag("Whether hits hold the metadata of their videos.")),
    ),
    examples={
        "text": Example(
            {"index_id": INDEX_ID, "query": "race", "search_options": ["visual", "conversation"]}, only=_OLD
        ),
        "text and filter": Example(
            {
                "index_id": INDEX_ID,
                "query_text": "race",
                "search_options": ["visual", "audio"],
                "filter": {"duration": {"gte": 10}, "category": "sports"},
                "include_user_metadata": True,
            },
            only=_NEW,
        ),
        "by video": Example(
            {
                "index_id": INDEX_ID,
                "query_text": "race",
                "search_options": ["audio"],
                "group_by": "video",
                "page_limit": 5,
            },
            only=_NEW,
        ),
    },
    errors=(404,),
)
TURN = Operation(
    answer=ANSWER,
    query=(takes("include_user_metadata", flag("Whether hits hold the metadata of their videos.")),),
)
