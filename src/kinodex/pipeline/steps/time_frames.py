"""Say how long each sampled picture stands for what is on screen."""

from collections.abc import Sequence

from kinodex.domain.media import Decoded
from kinodex.domain.timeline import SampledFrame, Segment, Span


def shown_spans(decoded: Decoded) -> tuple[Span, ...]:
    """
    Return for each sampled picture the time it stands for: until the next one, or the end of its shot.

    The first picture of a shot stands from the shot's start.
    """
    ends = {shot.number: shot.span.end_s for shot in decoded.shots}
    starts = {shot.number: shot.span.start_s for shot in decoded.shots}
    spans = []
    frames = decoded.frames
    for place, frame in enumerate(frames):
        is_first = place == 0 or frames[place - 1].shot != frame.shot
        is_last = place + 1 == len(frames) or frames[place + 1].shot != frame.shot
        start_s = starts[frame.shot] if is_first else frame.at_s
        end_s = ends[frame.shot] if is_last else frames[place + 1].at_s
        spans.append(Span(start_s, max(end_s, start_s)))
    return tuple(spans)


def segment_of(frame: SampledFrame, segments: Sequence[Segment]) -> Segment:
    """Return the segment a picture lies in; segments cover the video in time order."""
    low, high = 0, len(segments) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if segments[middle].span.start_s <= frame.at_s:
            low = middle
        else:
            high = middle - 1
    return segments[low]
