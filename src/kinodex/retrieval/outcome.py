"""What a search finds, in order."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.moments import Moment


@dataclass(frozen=True, slots=True)
class VideoMoments:
    """The moments of one video, best first."""

    video_id: VideoId
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOutcome:
    """
    The answer to a search.

    Attributes:
        moments: Best first; equal ones by video id and start.
        groups: The same moments by video, in the order asked for; empty unless asked for.
        no_confident_match: Nothing reached the band ``low``, whatever the threshold.
        engines: Who looked, for each modality and way, e.g. ``{"speech/semantic": "minilm"}``.
        notes: What is degraded and why, for people.
        homes: The index of each video of a moment, where several were asked.
        is_whole: Whether everything that is there could be looked at.
    """

    moments: tuple[Moment, ...]
    groups: tuple[VideoMoments, ...]
    no_confident_match: bool
    engines: Mapping[str, str]
    notes: tuple[str, ...] = ()
    homes: Mapping[VideoId, IndexId] = field(default_factory=dict)
    is_whole: bool = True


def group_by_video(moments: Sequence[Moment], *, sort_option: str) -> tuple[VideoMoments, ...]:
    """
    Group moments that come best first.

    Args:
        moments: In order of rank; the order inside a group stays.
        sort_option: ``score``: the video with the best moment first; ``clip_count``: the one with the most,
            of equals the better first.
    """
    by_video: dict[VideoId, list[Moment]] = defaultdict(list)
    for moment in moments:
        by_video[moment.video_id].append(moment)
    groups = [VideoMoments(video_id, tuple(each)) for video_id, each in by_video.items()]
    if sort_option == "clip_count":
        groups.sort(key=lambda group: -len(group.moments))
    return tuple(groups)
