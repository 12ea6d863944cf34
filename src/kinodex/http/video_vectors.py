"""The vectors a video was indexed with, where the query of a request asks for them."""

from collections.abc import Sequence

import structlog
from starlette.requests import Request

from kinodex.domain.ids import IndexId, VideoId
from kinodex.http.embedding_options import options_of
from kinodex.http.parameters import query_fields
from kinodex.http.threads import call
from kinodex.http.wire import embeddings as wire
from kinodex.http.wire.values import Json
from kinodex.usecases import UseCases

log = structlog.get_logger(__name__)

UNREADABLE = "The vectors of this video cannot be read; `kinodex fsck` says what is lost."


async def embedding_of(
    request: Request, usecases: UseCases, index_id: IndexId, video_id: VideoId, *, models: Sequence[str]
) -> Json:
    """
    Return the fields ``embedding`` and, where something is missing, ``notes``; none where nobody asked.

    Raises:
        ParameterInvalid: ``embedding_option`` names something nobody knows.
        NotFound: No such index, or no such video in it.
    """
    words = query_fields(request.query_params).texts("embedding_option")
    if not words:
        return {}
    options, notes = options_of(words)
    try:
        found = await call(usecases.library.video_embeddings.of, index_id, video_id, options)
    except (FileNotFoundError, ValueError) as error:
        log.warning("vectors cannot be read", video_id=video_id, reason=str(error))
        found, notes = (), [*notes, UNREADABLE]
    shown: Json = {"embedding": await call(wire.of_video, models[0] if models else "", found)}
    return {**shown, "notes": notes} if notes else shown
