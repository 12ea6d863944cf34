"""What ``/embed`` takes and answers."""

from kinodex.domain.embeddings import EmbedOption, EmbedScope, EmbedStatus
from kinodex.http.spec.operation import Example, Operation, needs, page_of, takes
from kinodex.http.spec.schema import (
    AT_MS,
    EMBED_TASK_ID,
    Schema,
    Shape,
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

BOTH = ("v1.2", "v1.3")
_OLD = ("v1.2",)
MODEL = "marengo3.0"
URL = "https://example.com/best-racing-moments.mp4"
VECTOR: Json = listed({"type": "number"}, "The vector, of length 1.")
_SPACE: Json = record(
    {"id": text("Its id."), "engine": text("What made it."), "dimensions": integer("Numbers of a vector.")},
    about="Only vectors of the same space can be compared.",
)
_SPACE_EXAMPLE: Json = {"id": "a1b2c3d4", "engine": "lite0", "dimensions": 2}
_BESIDE: Json = record({"float": VECTOR, "space": _SPACE})
_BESIDE_EXAMPLE: Json = {"float": [0.6, 0.8], "space": _SPACE_EXAMPLE}
ERROR: Json = record(
    {"code": text("Stable word for why it failed."), "message": text("The same as a sentence.")},
    about="Only of a task that failed.",
)


def _embedding(metadata: Json, beside: Json, *, is_old: bool) -> Json:
    segment = record({"float": VECTOR, "embedding_option": word(EmbedOption.VISUAL)})
    required: Json = {"segments": listed(segment), "metadata": metadata, **beside}
    return record({**required, **({"float": VECTOR} if is_old else {})})


def _at_once(*, is_old: bool) -> tuple[Json, Json]:
    spoken: Json = {"transcription": {**_BESIDE, "description": "The vector of the text among sentences."}}
    seen: Json = {"appearance": {**_BESIDE, "description": "The vector of the picture among pictures."}}
    of_picture = record({"space": _SPACE}, {"input_url": text("Where the picture came from.")})
    schema = record(
        {"model_name": text("As sent."), **({"engine_name": text("As sent.")} if is_old else {})},
        {
            "text_embedding": _embedding(record({"space": _SPACE}), spoken, is_old=is_old),
            "image_embedding": _embedding(of_picture, seen, is_old=is_old),
            "audio_embedding": record({"error_message": text("Why sounds are not embedded here.")}),
        },
    )
    embedding: Json = {
        "segments": [{"float": [0.6, 0.8], "embedding_option": "visual"}],
        "metadata": {"space": _SPACE_EXAMPLE},
        "transcription": _BESIDE_EXAMPLE,
        **({"float": [0.6, 0.8]} if is_old else {}),
    }
    names: Json = {"model_name": MODEL, **({"engine_name": MODEL} if is_old else {})}
    return schema, {**names, "text_embedding": embedding}


_FACTS: Json = record(
    {
        "video_clip_length": number("Seconds."),
        "video_embedding_scope": listed(word(*EmbedScope)),
        "video_embedding_option": listed(word(*EmbedOption)),
    },
    {
        "input_url": text("Where the video came from."),
        "input_filename": text("Name of its file."),
        "duration": number("Seconds, once they are known."),
    },
)
_FACTS_EXAMPLE: Json = {
    "input_url": URL,
    "input_filename": "best-racing-moments.mp4",
    "video_clip_length": 6.0,
    "video_embedding_scope": ["clip"],
    "video_embedding_option": ["visual", "transcription"],
}
_SEGMENT: Json = {
    "float": VECTOR,
    "start_offset_sec": number("Where it begins, in seconds."),
    "end_offset_sec": number("Where it ends, in seconds."),
    "embedding_option": word(*EmbedOption),
    "embedding_scope": word(*EmbedScope),
    "space": text("Id of the space of its vector."),
}
_SEGMENTS: Json = listed(record(_SEGMENT), "The vectors, once it is ready.")
OPTION_WORDS = "visual, visual-text, transcription or audio; may be repeated, or separated by commas."
OF_VIDEO: Json = {
    "embedding": record(
        {
            "model_name": text("The first model of its index."),
            "video_embedding": record({"segments": listed(record(_SEGMENT))}),
        },
        about="The vectors it was indexed with, where they were asked for.",
    ),
    "notes": listed(text(), "What is degraded about this answer."),
}
WITH_VECTORS = takes("embedding_option", text(f"Also these vectors: {OPTION_WORDS}"), only=("v1.3",))
_EARLY_SEGMENTS: Json = listed(
    record({**_SEGMENT, "embedding": record({"float": VECTOR}, about="The same for early clients.")}),
    "The same under an older name.",
)


def _task(*, is_old: bool, has_vectors: bool) -> tuple[Json, Json]:
    segments: Json = {"segments": _SEGMENTS} if has_vectors else {}
    required: Json = {
        "_id": identifier("Id of the task."),
        "model_name": text("As sent."),
        "status": word(*EmbedStatus, about="How it stands."),
        "created_at": time("When it was accepted."),
        "updated_at": time("When it was changed last."),
        "video_embedding": record({"metadata": _FACTS}, segments),
        **({"engine_name": text("As sent.")} if is_old else {}),
    }
    optional: Json = {"error": ERROR}
    if has_vectors:
        optional["notes"] = listed(text(), "What is degraded about this answer.")
    if has_vectors and is_old:
        optional["video_embeddings"] = _EARLY_SEGMENTS
    example: Json = {
        "_id": EMBED_TASK_ID,
        "model_name": MODEL,
        "status": "processing",
        "created_at": AT_MS,
        "updated_at": AT_MS,
        "video_embedding": {"metadata": _FACTS_EXAMPLE},
        **({"engine_name": MODEL} if is_old else {}),
    }
    return record(required, optional), example


def _versioned(name: str, new: tuple[Json, Json], old: tuple[Json, Json]) -> Shape:
    return Shape(name, *new, {"v1.2": old})


_MODEL_FIELDS = (
    needs("model_name", text("A model of the family marengo: this server's own engines."), only=("v1.3",)),
    takes("model_name", text("A model of the family marengo: this server's own engines."), only=_OLD),
    takes("engine_name", text("The same under the name of v1.2."), only=_OLD),
)
CREATE = Operation(
    answer=_versioned("Embeddings", _at_once(is_old=False), _at_once(is_old=True)),
    details="One of `text`, a picture and a sound is needed; only the kinds that were sent are answered.",
    body=(
        *_MODEL_FIELDS,
        takes("text", text("A text.")),
        takes(
            "text_truncate",
            word("none", "start", "end", about="Where a text too long is cut; with `none` it is refused."),
        ),
        takes("image_url", text("Link to a picture.")),
        takes("image_file", text("Or the picture itself."), is_file=True),
        takes("audio_url", text("Link to a sound; answered with why it is not embedded.")),
        takes("audio_file", text("Or the sound itself."), is_file=True),
    ),
    examples={
        "a text": Example({"model_name": MODEL, "text": "a red car", "text_truncate": "end"}, only=("v1.3",)),
        "an old text": Example({"engine_name": "marengo2.6", "text": "a red car"}, only=_OLD),
        "a sound": Example({"model_name": MODEL, "audio_url": "https://example.com/engine.mp3"}, only=BOTH),
    },
)
CREATE_TASK = Operation(
    answer=Shape(
        "EmbedTaskCreated", record({"_id": identifier("Id of the new task.")}), {"_id": EMBED_TASK_ID}
    ),
    status={"v1.1": 200, "v1.2": 201, "v1.3": 200},
    details="One of `video_url` and `video_file` is needed; the URL wins where both are sent.",
    body=(
        *_MODEL_FIELDS,
        takes("video_url", text("Direct link to the video, http or https.")),
        takes("video_file", text("Or the video itself."), is_file=True),
        takes("video_start_offset_sec", number("Where to begin, in seconds.", minimum=0, default=0)),
        takes("video_end_offset_sec", number("Where to end, in seconds: at its end if not sent.")),
        takes("video_clip_length", number("Seconds of a clip.", minimum=2, maximum=10, default=6)),
        takes("video_embedding_scope", listed(word(*EmbedScope), "What a vector stands for.")),
    ),
    examples={
        "a video": Example(
            {
                "model_name": MODEL,
                "video_url": URL,
                "video_clip_length": 5,
                "video_embedding_scope": ["clip", "video"],
            },
            only=("v1.3",),
        ),
        "an old video": Example({"engine_name": "marengo2.6", "video_url": URL}, only=_OLD),
    },
)
TASK = _versioned("EmbedTask", _task(is_old=False, has_vectors=False), _task(is_old=True, has_vectors=False))
TASK_WITH_VECTORS = _versioned(
    "EmbedTaskWithVectors",
    _task(is_old=False, has_vectors=True),
    _task(is_old=True, has_vectors=True),
)
LIST_SPECIAL: dict[str, tuple[Schema, tuple[str, ...]]] = {
    "status": (text(f"Those with this status; may be repeated. One of {', '.join(EmbedStatus)}."), BOTH),
    "started_at": (text("Only those accepted since this RFC 3339 time."), BOTH),
    "ended_at": (text("Only those accepted until this RFC 3339 time."), BOTH),
}
GET_STATUS = Operation(answer=TASK)
GET_TASK = Operation(
    answer=TASK_WITH_VECTORS,
    query=(takes("embedding_option", text(f"Only these vectors: {OPTION_WORDS}")),),
)
LIST_TASKS = page_of(TASK)
