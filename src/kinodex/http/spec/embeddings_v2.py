"""What ``/embed-v2`` takes and answers; only version 1.3 has it."""

from kinodex.domain.embeddings import EmbedOption, EmbedStatus
from kinodex.http.spec.embeddings import ERROR, MODEL, URL, VECTOR
from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.schema import (
    AT_MS,
    EMBED_TASK_ID,
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

_PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAFElEQVR42mP8zwABTAyjjFEGyQwAzx8Bf7QK4E8AAAAASUVORK5CYII="
)
"""A white PNG of 64 by 64 pixels."""
_LINKS: Json = {
    "url": text("Link to the file."),
    "base64_string": text("The file itself in base64; of a picture."),
    "asset_id": identifier("Or an asset."),
}
_SOURCE: Json = record(
    {},
    _LINKS,
    "Where the file is: exactly one of these.",
)
_NAMED_SOURCE: Json = {
    **_SOURCE,
    "properties": {**_LINKS, "media_type": word("image", default="image"), "name": text("A name for it.")},
}
_SEGMENT_V2: Json = record(
    {
        "embedding": VECTOR,
        "embedding_option": or_null(word(*EmbedOption, "fused")),
        "embedding_scope": or_null(word("clip", "asset")),
        "start_sec": or_null(number("Where it begins, in seconds.")),
        "end_sec": or_null(number("Where it ends, in seconds.")),
        "space": text("Id of the space of the vector."),
    }
)
_SEGMENT_EXAMPLE: Json = {
    "embedding": [0.6, 0.8],
    "embedding_option": "visual",
    "embedding_scope": None,
    "start_sec": None,
    "end_sec": None,
    "space": "a1b2c3d4",
}
_INPUT_TEXT: Json = {"input_text": text("The text.")}
CREATE = Operation(
    answer=Shape(
        "EmbeddingsV2",
        record(
            {"data": listed(_SEGMENT_V2)},
            {"metadata": record({"input_type": word("image", "text_image", "multi_input")})},
        ),
        {"data": [_SEGMENT_EXAMPLE]},
    ),
    body=(
        needs("model_name", text("A model of the family marengo: this server's own engines.")),
        needs("input_type", word("text", "image", "text_image", "multi_input", about="What is sent.")),
        takes("text", record(_INPUT_TEXT, {"auto_truncate": flag()}, "With the type `text`.")),
        takes("image", record({"media_source": _SOURCE}, about="With the type `image`.")),
        takes(
            "text_image",
            record({"media_source": _SOURCE, **_INPUT_TEXT}, about="With the type `text_image`."),
        ),
        takes(
            "multi_input",
            record(
                {"media_sources": listed(_NAMED_SOURCE, "Pictures, 1 to 10.")},
                _INPUT_TEXT,
                "With the type `multi_input`: one vector of all of them together.",
            ),
        ),
        takes("auto_truncate", flag("Whether a text too long is cut; else it is refused.", default=True)),
    ),
    examples={
        "a text": Example({"model_name": MODEL, "input_type": "text", "text": {"input_text": "a red car"}}),
        "a picture": Example(
            {
                "model_name": MODEL,
                "input_type": "image",
                "image": {"media_source": {"base64_string": _PICTURE}},
            }
        ),
        "both": Example(
            {
                "model_name": MODEL,
                "input_type": "text_image",
                "text_image": {
                    "media_source": {"base64_string": _PICTURE},
                    "input_text": "a red car",
                },
            }
        ),
        "several": Example(
            {
                "model_name": MODEL,
                "input_type": "multi_input",
                "multi_input": {
                    "media_sources": [{"media_type": "image", "base64_string": _PICTURE}],
                    "input_text": "a red car",
                },
            }
        ),
    },
    errors=(404,),
)
_CUT: Json = record(
    {},
    {
        "strategy": word("fixed", "dynamic", default="fixed"),
        "fixed": record({"duration_sec": number("Seconds of a clip.", minimum=2, maximum=10)}),
        "dynamic": record(
            {"min_duration_sec": number("Seconds of the shortest shot.", minimum=2, maximum=10)}
        ),
    },
    "How it is cut into clips.",
)
CREATE_TASK = Operation(
    answer=Shape(
        "EmbedTaskV2Created",
        record(
            {
                "_id": identifier("Id of the new task."),
                "status": word(*EmbedStatus),
                "data": {"type": "null"},
            }
        ),
        {"_id": EMBED_TASK_ID, "status": "processing", "data": None},
    ),
    status=202,
    body=(
        needs("model_name", text("A model of the family marengo: this server's own engines.")),
        needs("input_type", word("video", about="What is sent.")),
        needs(
            "video",
            record(
                {"media_source": _SOURCE},
                {
                    "start_sec": number("Where to begin, in seconds.", minimum=0, default=0),
                    "end_sec": number("Where to end, in seconds: at its end if not sent."),
                    "segmentation": _CUT,
                    "embedding_option": listed(word(*EmbedOption), "What the vectors stand for."),
                    "embedding_scope": listed(word("clip", "asset"), "How much one stands for."),
                    "embedding_type": listed(word("separate_embedding"), "How they are made."),
                },
                "The video.",
            ),
        ),
    ),
    examples={
        "shots": Example(
            {
                "model_name": MODEL,
                "input_type": "video",
                "video": {
                    "media_source": {"url": URL},
                    "segmentation": {"strategy": "dynamic", "dynamic": {"min_duration_sec": 4}},
                    "embedding_option": ["visual"],
                    "embedding_scope": ["clip"],
                },
            }
        )
    },
    errors=(404,),
)
_METADATA_V2: Json = record(
    {
        "input_type": word("video"),
        "embedding_scopes": listed(word("clip", "asset")),
        "embedding_options": listed(word(*EmbedOption)),
        "duration": number("Seconds; 0 while they are not known."),
        "start_offset_sec": number("Where it begins, in seconds."),
    },
    {
        "input_url": text("Where the video came from."),
        "input_filename": text("Name of its file."),
        "clip_length": integer("Seconds of a clip, where all are equal."),
        "end_offset_sec": number("Where it ends, in seconds."),
    },
)
TASK = Shape(
    "EmbedTaskV2",
    record(
        {
            "_id": identifier("Id of the task."),
            "status": word(*EmbedStatus, about="How it stands."),
            "created_at": time("When it was accepted."),
            "updated_at": time("When it was changed last."),
            "data": or_null(listed(_SEGMENT_V2, "The vectors; null until it is ready.")),
            "metadata": _METADATA_V2,
        },
        {"error": ERROR},
    ),
    {
        "_id": EMBED_TASK_ID,
        "status": "processing",
        "created_at": AT_MS,
        "updated_at": AT_MS,
        "data": None,
        "metadata": {
            "input_type": "video",
            "input_url": URL,
            "embedding_scopes": ["clip"],
            "embedding_options": ["visual"],
            "duration": 0.0,
            "start_offset_sec": 0,
        },
    },
)
GET_TASK = Operation(answer=TASK)
