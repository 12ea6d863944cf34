"""The JSON of classifications; only versions 1.1 and 1.2 have them."""

from collections.abc import Callable

from kinodex.domain.classification import ClassClip, ClassMatch
from kinodex.domain.videos import Video
from kinodex.http.wire.values import Json, known, seconds, to_the_second
from kinodex.usecases.classification import ClassifyPage

Link = Callable[[Video, float], str]
"""A link to the picture of a video at a time in seconds."""


def classification(page: ClassifyPage, *, link: Link) -> Json:
    """Show a page of classified videos; where there is no further page its token is empty."""
    request = page.request
    data = [
        {
            "video_id": each.video.id,
            "classes": [
                _class(
                    match,
                    each.video,
                    link=link if request.with_clips else None,
                    with_details=request.with_details,
                )
                for match in each.classes
            ],
        }
        for each in page.videos
    ]
    return {
        "data": data,
        "page_info": {
            "limit_per_page": request.page_limit,
            "total_results": page.total_results,
            "page_expired_at": to_the_second(page.expires_at),
            "next_page_token": page.next_token or "",
            "prev_page_token": page.prev_token or "",
        },
        "notes": list(page.notes),
    }


def _class(match: ClassMatch, video: Video, *, link: Link | None, with_details: bool) -> Json:
    details = {
        "max_score": match.score,
        "avg_score": round(match.average_score, 2),
        "normalized_score": round(100 * match.share, 2),
    }
    return known(
        {
            "name": match.name,
            "score": match.score,
            "duration_ratio": round(match.duration_ratio, 4),
            "clips": None if link is None else [_clip(clip, video, link) for clip in match.clips],
            "detailed_scores": details if with_details else None,
        }
    )


def _clip(clip: ClassClip, video: Video, link: Link) -> Json:
    return {
        "start": seconds(clip.span.start_s),
        "end": seconds(clip.span.end_s),
        "score": clip.score,
        "option": clip.option,
        "prompt": clip.prompt,
        "thumbnail_url": link(video, clip.at_s),
    }
