"""What ``/search`` takes and answers."""

from dataclasses import replace

from kinodex.http.spec.operation import Example, Operation, takes
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
EXPLAINED = record(
    {
        "modality": word("visual", "speech", "screen_text"),
        "how": text("lexical, semantic, words_to_picture or picture_to_picture."),
        "probability": number("That this is what was looked for, 0 to 1."),
        "start": number("Seconds."),
        "end": number("Seconds."),
        "text": or_null(text("What is said or written.")),
        "matched_words": listed(text()),
        "similar_words": listed(
            record({"asked": text("As in the query."), "read": text("As read from the picture.")}),
            about="Words of screen text that were probably read wrong.",
        ),
        "box": or_null(record({"left": number(), "top": number(), "width": number(), "height": number()})),
        "engine": text("Which engine found it."),
        "similarity": or_null(number("Before calibration.")),
        "at": or_null(number("Time of the picture that was compared, in seconds.")),
        "space": or_null(text("Space of the vectors that were compared.")),
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
    "explain": listed(EXPLAINED),
}
PARTS: Json = {
    "parts": listed(
        record(
            {
                "query": text("The part, as people write it."),
                "start": number("Seconds."),
                "end": number("Seconds."),
                "probability": number("That it is there, 0 to 1."),
                "left_out": flag("Whether it was to be left out, and was not sure enough to do so."),
            }
        ),
        "Of a combined query: which part of it is where.",
    ),
}
CLIP_EXAMPLE: Json = {
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
            "similar_words": [],
            "box": None,
            "engine": "words",
            "similarity": None,
            "at": None,
            "space": None,
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
_IN_INDEX: Json = {"index_id": identifier("Index of the video, where several were searched.")}
_TOKEN: Json = {"explain_token": text("For `GET /search/explain/{token}`, where `explain` was sent.")}
_SOMETIMES: Json = {**PARTS, **_IN_INDEX, **_TOKEN, **_METADATA}

CLIP = Shape(
    "Clip",
    record(
        {"rank": integer("Place in the whole answer, from 1."), **_CLIP},
        {
            "transcription": text("What is said, where it is why the moment was found."),
            **PARTS,
            **_IN_INDEX,
            **_METADATA,
        },
    ),
    {"rank": 1, **CLIP_EXAMPLE, "transcription": "the race begins"},
    dict.fromkeys(
        _OLD,
        (
            record({**_CLIP, **_OPTIONS}, _SOMETIMES),
            {**CLIP_EXAMPLE, **_OPTIONS_EXAMPLE},
        ),
    ),
)
_GROUP = Shape(
    "VideoWithClips",
    record({"id": identifier("Id of the video."), "clips": listed(CLIP)}, {**_IN_INDEX, **_METADATA}),
    {"id": VIDEO_ID, "clips": [CLIP.example]},
    dict.fromkeys(
        _OLD,
        (
            record({"id": identifier("Id of the video."), "clips": listed(CLIP)}, {**_IN_INDEX, **_METADATA}),
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
        },
        {"index_ids": listed(identifier(), "The indexes, where several were searched.")},
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
            record({**_ENVELOPE, **_ECHO}, {"query": {"type": ["string", "object"]}}),
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
_COMBINED: Json = {
    "type": "object",
    "description": 'A leaf `{"text": …}`, with `search_options`, `conversation_option`, `modality` (visual, '
    "speech, screen_text) or `pictures` (numbers of those sent) of its own; or `$and`, `$or`, `$then` with a "
    'list of queries, `$not` with `{"origin": …, "sub": …}`. `proximity`, in seconds, stands beside `$and` '
    "and `$then`. At most 20 leaves and 8 levels.",
}
_QUERY: Json = {
    "description": "What to look for: words, or an object that joins several things.",
    "anyOf": [text("Words.", maxLength=2000), _COMBINED],
}
_SEVERAL = "Send `index_id`, or up to 50 `index_ids`."
_WHERE = (
    takes("index_id", identifier("Index to look in.")),
    takes("index_ids", listed(identifier(), "Several indexes to look in.", maxItems=50)),
    takes("video_id", identifier("The only video to look at.")),
    takes("video_ids", listed(identifier(), "The only videos to look at.")),
)
SEARCH = Operation(
    answer=ANSWER,
    details="A text or pictures are needed, up to ten files and ten links; a text beside pictures is looked "
    "for too, and what matches both comes first. " + _SEVERAL,
    body=(
        *_WHERE,
        takes(
            "search_options",
            listed(_OPTION, "What to look at; the index must have it. Needed unless all parts say it."),
        ),
        takes("query", _QUERY),
        takes("query_text", text("What to look for, in words.", maxLength=2000)),
        takes(
            "query_language",
            word(
                "plain",
                "kinodex",
                about='`kinodex`: the text may join parts, as in `"goal" then:10s said:"what a save"`.',
                default="plain",
            ),
        ),
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
        takes("explain", flag("Whether hits get an `explain_token`.")),
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
        "several things at once": Example(
            {
                "index_id": INDEX_ID,
                "query_text": 'race then:30s said:"we have a winner"',
                "query_language": "kinodex",
                "search_options": ["visual", "audio"],
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
COMBINED = Operation(
    answer=ANSWER,
    details="Searches for several things at once, joined by and, or, then and not. " + _SEVERAL,
    body=tuple(
        replace(each, is_required=True) if each.name == "query" else each
        for each in SEARCH.body
        if each.name != "query_text"
    ),
    examples={
        "one after the other": Example(
            {
                "index_id": INDEX_ID,
                "query": {"$then": [{"text": "goal"}, {"text": "what a save"}], "proximity": 10},
                "search_options": ["conversation"],
            },
            only=_OLD,
        ),
        "one without the other": Example(
            {
                "index_id": INDEX_ID,
                "query": {"$not": {"origin": {"text": "goal"}, "sub": {"text": "replay"}}},
                "search_options": ["conversation"],
            },
            only=_OLD,
        ),
    },
    errors=(404,),
)
TURN = Operation(
    answer=ANSWER,
    query=(takes("include_user_metadata", flag("Whether hits hold the metadata of their videos.")),),
)
