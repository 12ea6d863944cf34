"""The JSON of embeddings, in both versions of their endpoints."""

from collections.abc import Sequence

import numpy as np

from kinodex.domain.arrays import Vectors
from kinodex.domain.embeddings import Embedded, EmbedOption, EmbedScope, EmbedStatus, EmbedTask
from kinodex.domain.spaces import Space
from kinodex.http.wire.values import Json, known, seconds, to_the_millisecond
from kinodex.usecases.embeddings import PictureVectors, TextVectors, Vector

NO_SOUND_EMBEDDING = (
    "No engine of this server embeds sounds. What is said in a video is embedded as transcription."
)
_DIGITS = 8
"""More digits than a ``float32`` holds say nothing."""


def numbers(vector: Vectors) -> list[float]:
    """Show a vector."""
    return [round(float(value), _DIGITS) for value in vector]


def space(shown: Space) -> Json:
    """Show a space: only vectors of the same one can be compared."""
    return {"id": shown.id, "engine": shown.engine, "dimensions": shown.dimensions}


def text_v1(shown: TextVectors, *, is_old: bool) -> Json:
    """Show a text among pictures, and beside it among sentences; old clients read ``float`` itself."""
    floats = numbers(shown.visual.values)
    return {
        **({"float": floats} if is_old else {}),
        "segments": [{"float": floats, "embedding_option": EmbedOption.VISUAL.value}],
        "metadata": {"space": space(shown.visual.space)},
        "transcription": _beside(shown.sentence),
    }


def picture_v1(shown: PictureVectors, *, is_old: bool, source: Json) -> Json:
    """Show a picture among texts, and beside it among pictures."""
    floats = numbers(shown.visual.values)
    return {
        **({"float": floats} if is_old else {}),
        "segments": [{"float": floats, "embedding_option": EmbedOption.VISUAL.value}],
        "metadata": {**source, "space": space(shown.visual.space)},
        "appearance": _beside(shown.appearance),
    }


def task_v1(shown: EmbedTask, *, is_old: bool) -> Json:
    """Show an embedding task without its vectors."""
    metadata = known(
        {
            "input_url": shown.url,
            "input_filename": shown.filename,
            "video_clip_length": shown.wanted.clip_s,
            "video_embedding_scope": [scope.value for scope in shown.wanted.scopes],
            "video_embedding_option": [option.value for option in shown.wanted.options],
            "duration": None if shown.duration_s is None else seconds(shown.duration_s),
        }
    )
    return {
        "_id": shown.id,
        "model_name": shown.model_name,
        **({"engine_name": shown.model_name} if is_old else {}),
        "status": shown.status.value,
        "created_at": to_the_millisecond(shown.created_at),
        "updated_at": to_the_millisecond(shown.updated_at),
        "video_embedding": {"metadata": metadata},
        **_error(shown),
    }


def vectors_v1(shown: EmbedTask, vectors: Sequence[Embedded], *, is_old: bool) -> Json:
    """Show an embedding task with its vectors."""
    segments = [_segment_v1(each) for each in vectors]
    task = task_v1(shown, is_old=is_old)
    embedding = task["video_embedding"]
    if shown.status is not EmbedStatus.READY or not isinstance(embedding, dict):
        return task
    return {
        **task,
        "video_embedding": {**embedding, "segments": segments},
        **({"video_embeddings": [_for_early_clients(each) for each in segments]} if is_old else {}),
    }


def of_video(model_name: str, vectors: Sequence[Embedded]) -> Json:
    """Show the vectors a video was indexed with, as version 1.3 has them beside its other facts."""
    return {
        "model_name": model_name,
        "video_embedding": {"segments": [_segment_v1(each) for each in vectors]},
    }


def _segment_v1(shown: Embedded) -> Json:
    return {
        "float": _unpacked(shown),
        "start_offset_sec": seconds(shown.start_s),
        "end_offset_sec": seconds(shown.end_s),
        "embedding_option": shown.option.value,
        "embedding_scope": shown.scope.value,
        "space": shown.space,
    }


def _for_early_clients(segment: Json) -> Json:
    """Show a segment as Python 0.1 reads it, which looks for the numbers a level deeper."""
    return {**segment, "embedding": {"float": segment["float"]}}


def data_v2(vector: Vector, *, option: str | None) -> Json:
    """Show a vector of a text or a picture."""
    return {
        "embedding": numbers(vector.values),
        "embedding_option": option,
        "embedding_scope": None,
        "start_sec": None,
        "end_sec": None,
        "space": vector.space.id,
    }


def task_v2(shown: EmbedTask, vectors: Sequence[Embedded] | None) -> Json:
    """Show an embedding task with its vectors, or without where there are none yet."""
    data = None if vectors is None else [_segment_v2(each) for each in vectors]
    metadata = known(
        {
            "input_type": "video",
            "input_url": shown.url,
            "input_filename": shown.filename,
            "clip_length": round(shown.wanted.clip_s) if shown.wanted.minimum_shot_s is None else None,
            "embedding_scopes": [_scope_v2(scope) for scope in shown.wanted.scopes],
            "embedding_options": [option.value for option in shown.wanted.options],
            "duration": 0.0 if shown.duration_s is None else seconds(shown.duration_s),
            "start_offset_sec": seconds(shown.wanted.start_s),
            "end_offset_sec": None if shown.wanted.end_s is None else seconds(shown.wanted.end_s),
        }
    )
    return {
        "_id": shown.id,
        "status": shown.status.value,
        "created_at": to_the_millisecond(shown.created_at),
        "updated_at": to_the_millisecond(shown.updated_at),
        "data": data,
        "metadata": metadata,
        **_error(shown),
    }


def item_v2(shown: EmbedTask) -> Json:
    """Show an embedding task as an item of a list."""
    return task_v1(shown, is_old=False)


def _segment_v2(shown: Embedded) -> Json:
    return {
        "embedding": _unpacked(shown),
        "embedding_option": shown.option.value,
        "embedding_scope": _scope_v2(shown.scope),
        "start_sec": seconds(shown.start_s),
        "end_sec": seconds(shown.end_s),
        "space": shown.space,
    }


def _scope_v2(scope: EmbedScope) -> str:
    return "asset" if scope is EmbedScope.VIDEO else scope.value


def _unpacked(shown: Embedded) -> list[float]:
    return numbers(np.frombuffer(shown.vector, dtype="<f4"))


def _beside(shown: Vector) -> Json:
    return {"float": numbers(shown.values), "space": space(shown.space)}


def _error(shown: EmbedTask) -> Json:
    if shown.failure is None:
        return {}
    return {"error": {"code": shown.failure.code, "message": shown.failure.message}}
