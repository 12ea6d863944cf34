"""The JSON of a hit computed again, and of where a video stands in an answer; of no version in particular."""

from kinodex.domain.moments import Moment
from kinodex.http.wire.hits import reasons_of
from kinodex.http.wire.values import Json, seconds
from kinodex.usecases.search_explained import HitExplained, Standing


def shown_hit(hit: HitExplained) -> Json:
    """Show a hit as it was answered and as it is now."""
    return {
        "index_id": hit.index_id,
        "video_id": hit.stored.video_id,
        "rank": hit.rank,
        "agrees": not hit.differences,
        "differences": list(hit.differences),
        "stored": _moment(hit.stored),
        "recomputed": None if hit.again is None else _moment(hit.again),
        "modalities": [
            {
                "modality": share.modality.value,
                "probability": share.probability,
                "score": share.score,
                "weight": share.weight,
                "rank": share.rank,
            }
            for share in hit.shares
        ],
        "filters_passed": list(hit.filters),
    }


def shown_standing(standing: Standing) -> Json:
    """Show where a video stands, and what held it back."""
    return {
        "video_id": standing.video_id,
        "in_results": not standing.obstacles,
        "rank": standing.rank,
        "best": None if standing.best is None else _moment(standing.best),
        "held_back": [{"by": each.by.value, "message": each.message} for each in standing.obstacles],
    }


def _moment(moment: Moment) -> Json:
    return {
        "start": seconds(moment.span.start_s),
        "end": seconds(moment.span.end_s),
        "score": round(moment.score, 2),
        "confidence": moment.confidence.value,
        **reasons_of(moment),
    }
