"""Cutting shots into segments."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kinodex.domain.timeline import Shot, Span
from kinodex.pipeline.steps.cut_segments import LONGEST_SEGMENT_S, cut_segments


def _shots(lengths_s: list[float]) -> list[Shot]:
    shots, at_s = [], 0.0
    for number, length_s in enumerate(lengths_s):
        shots.append(Shot(number, Span(at_s, at_s + length_s)))
        at_s += length_s
    return shots


def test_a_shot_up_to_the_longest_segment_stays_whole() -> None:
    segments = cut_segments(_shots([10.0, 3.0]))
    assert [segment.span for segment in segments] == [Span(0.0, 10.0), Span(10.0, 13.0)]


def test_a_long_shot_is_cut_into_equal_pieces() -> None:
    segments = cut_segments(_shots([25.0]))
    assert [round(segment.span.duration_s, 3) for segment in segments] == [8.333, 8.333, 8.333]


@given(st.lists(st.floats(0.04, 300.0), min_size=1, max_size=30))
def test_segments_cover_the_video_and_never_cross_a_cut(lengths_s: list[float]) -> None:
    shots = _shots(lengths_s)
    segments = cut_segments(shots)
    assert segments[0].span.start_s == shots[0].span.start_s
    assert segments[-1].span.end_s == shots[-1].span.end_s
    assert all(one.span.end_s == two.span.start_s for one, two in pairwise(segments))
    assert all(segment.span.duration_s <= LONGEST_SEGMENT_S + 1e-6 for segment in segments)
    for segment in segments:
        shot = shots[segment.shot]
        assert shot.span.start_s <= segment.span.start_s < segment.span.end_s <= shot.span.end_s + 1e-9
    assert [segment.number for segment in segments] == list(range(len(segments)))
