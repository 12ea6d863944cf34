"""What the answers to a search have in common, whatever the version of the API."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain.ids import VideoId
from kinodex.domain.moments import Evidence, MatchedPart, Moment
from kinodex.domain.options import Modality, modalities_of
from kinodex.domain.timeline import Box
from kinodex.domain.videos import MetadataValue
from kinodex.http.wire.values import Json, known, seconds, to_the_second
from kinodex.usecases.search_request import SearchPage, SearchPool

Clip = Callable[[Moment, int], Json]
"""Shows a moment; the number is its place among its like, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """
    How a caller wants an answer.

    ``link`` gives the address of the picture of a moment; ``with_user_metadata`` adds the metadata of
    its video to each hit.
    """

    link: Callable[[Moment], str]
    with_user_metadata: bool = False


def hits(page: SearchPage, clip: Clip, *, answering: Answering) -> list[Json]:
    """Return moments, or videos with their moments if they were asked for so."""
    metadata = page.user_metadata if answering.with_user_metadata else {}
    if page.request.group_by == "video":
        return [
            known(
                {
                    "id": group.video_id,
                    "index_id": page.homes.get(group.video_id),
                    "clips": _clips(group.moments, clip, page, first=1),
                    "user_metadata": _metadata_of(group.video_id, metadata),
                }
            )
            for group in page.groups
        ]
    shown = _clips(page.moments, clip, page, first=page.first_rank)
    return [
        known(
            {
                **hit,
                "index_id": page.homes.get(moment.video_id),
                "user_metadata": _metadata_of(moment.video_id, metadata),
            }
        )
        for moment, hit in zip(page.moments, shown, strict=True)
    ]


def envelope(page: SearchPage) -> Json:
    """Return what stands around the hits; a token of ``None`` is left out, for clients follow any other."""
    expires_at = to_the_second(page.expires_at)
    info: Json = {
        "limit_per_page": page.request.page_limit,
        "total_results": page.total_results,
        # Clients of one era insist on the first spelling, those of the next on the second.
        "page_expired_at": expires_at,
        "page_expires_at": expires_at,
        "next_page_token": page.next_token,
        "prev_page_token": page.prev_token,
        "total_inner_matches": page.total_moments if page.request.group_by == "video" else None,
    }
    return {
        "page_info": known(info),
        "search_pool": known(
            {
                "index_id": page.pool.index_id,
                "index_ids": _several(page.pool),
                "total_count": page.pool.video_count,
                "total_duration": seconds(page.pool.total_duration_s),
            }
        ),
        "no_confident_match": page.no_confident_match,
        "notes": list(page.notes),
    }


def basics(moment: Moment, answering: Answering) -> Json:
    """Return what every version says of a moment."""
    return {
        "start": seconds(moment.span.start_s),
        "end": seconds(moment.span.end_s),
        "video_id": moment.video_id,
        "score": round(moment.score, 2),
        "confidence": moment.confidence.value,
        "thumbnail_url": answering.link(moment),
        **reasons_of(moment),
    }


def reasons_of(moment: Moment) -> Json:
    """Return the evidence of a moment, and the parts of a combined query."""
    return {
        "explain": [_explained(evidence) for evidence in moment.evidence],
        **({"parts": [_part(part) for part in moment.parts]} if moment.parts else {}),
    }


def matched_options(moment: Moment, *, generation: str) -> list[Json]:
    """Return each option that matched, the likeliest first, with the words that were said or written."""
    found: list[tuple[float, Json]] = []
    for option in moment.options:
        evidence = _best(moment, modalities_of(option, generation=generation))
        if evidence is not None:
            found.append((evidence.probability, known({"type": option, "text": evidence.text})))
    return [shown for _, shown in sorted(found, key=lambda pair: -pair[0])]


def spoken(moment: Moment) -> str | None:
    """Return what is said in a moment, if that is why it was found."""
    evidence = _best(moment, (Modality.SPEECH,))
    return evidence.text if evidence else None


def _clips(moments: Sequence[Moment], clip: Clip, page: SearchPage, *, first: int) -> list[Json]:
    tokens = page.explain_tokens
    return [
        known({**clip(moment, rank), "explain_token": tokens.get((moment.video_id, moment.span.start_s))})
        for rank, moment in enumerate(moments, first)
    ]


def _best(moment: Moment, modalities: Sequence[Modality]) -> Evidence | None:
    return next((evidence for evidence in moment.evidence if evidence.modality in modalities), None)


def _metadata_of(
    video_id: VideoId, metadata: Mapping[VideoId, Mapping[str, MetadataValue]]
) -> Mapping[str, MetadataValue] | None:
    return metadata.get(video_id)


def _explained(evidence: Evidence) -> Json:
    return {
        "modality": evidence.modality.value,
        "how": evidence.how,
        "probability": evidence.probability,
        "start": seconds(evidence.span.start_s),
        "end": seconds(evidence.span.end_s),
        "text": evidence.text,
        "matched_words": list(evidence.matched_words),
        "similar_words": [{"asked": asked, "read": read} for asked, read in evidence.similar_words],
        "box": _box(evidence.box),
        "engine": evidence.engine,
        "similarity": evidence.similarity,
        "at": None if evidence.at_s is None else seconds(evidence.at_s),
        "space": evidence.space,
    }


def _part(part: MatchedPart) -> Json:
    return {
        "query": part.query,
        "start": seconds(part.span.start_s),
        "end": seconds(part.span.end_s),
        "probability": part.probability,
        "left_out": part.is_against,
    }


def _several(pool: SearchPool) -> list[str] | None:
    """Return the indexes, if there are more than one."""
    return [pool.index_id, *pool.other_index_ids] if pool.other_index_ids else None


def _box(box: Box | None) -> Json | None:
    if box is None:
        return None
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
