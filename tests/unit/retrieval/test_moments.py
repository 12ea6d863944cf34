from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kinodex.domain.timeline import Span
from kinodex.retrieval.fuse import Curve
from kinodex.retrieval.moments import LONGEST_MOMENT_S, SHORT_DIP_S, Peak, cut_peaks

LEAST = 0.01


def curve(*steps: tuple[float, float]) -> Curve:
    """A curve from lengths in seconds and probabilities."""
    bounds_s = np.cumsum([0.0, *(length_s for length_s, _ in steps)])
    return Curve(bounds_s, np.array([probability for _, probability in steps]))


def spans(*steps: tuple[float, float], least: float = LEAST) -> list[tuple[float, float]]:
    return [(peak.span.start_s, peak.span.end_s) for peak in cut_peaks(curve(*steps), least=least)]


def test_a_moment_reaches_to_half_of_its_peak() -> None:
    assert spans((5, 0.3), (5, 0.5), (5, 0.8), (5, 0.4), (5, 0.3)) == [(5.0, 20.0)]


def test_a_short_gap_does_not_end_a_moment_and_a_long_one_does() -> None:
    assert spans((5, 0.8), (1.9, 0.0), (5, 0.7)) == [(0.0, 11.9)]
    assert spans((5, 0.8), (2.0, 0.0), (5, 0.7)) == [(0.0, 5.0), (7.0, 12.0)]


def test_the_highest_comes_first() -> None:
    peaks = cut_peaks(curve((5, 0.3), (9, 0.0), (5, 0.9), (9, 0.0), (5, 0.6)), least=LEAST)

    assert [peak.probability for peak in peaks] == [0.9, 0.6, 0.3]


def test_a_weaker_neighbour_is_no_moment_of_its_own() -> None:
    assert spans((5, 0.9), (5, 0.3)) == [(0.0, 5.0)]


def test_a_scene_that_stays_alike_is_one_moment() -> None:
    steps = [(6.0, 0.55 + 0.1 * (number % 3 == 0)) for number in range(40)]

    assert len(spans(*steps)) == 1


def test_two_scenes_of_a_video_that_never_falls_to_nothing_are_two() -> None:
    weak = [(6.0, 0.1)] * 4

    assert spans(*weak, (6, 0.3), *weak, (6, 0.28), *weak) == [(24.0, 30.0), (54.0, 60.0)]


def test_a_caption_that_stands_all_the_time_does_not_join_what_is_shown_meanwhile() -> None:
    assert spans((600, 0.9), (8, 0.98), (600, 0.9), (6, 0.97), (600, 0.9)) == [
        (600.0, 608.0),
        (1208.0, 1214.0),
    ]


def test_one_caption_is_cut_to_the_longest_moment() -> None:
    assert spans((3600, 0.9)) == [(0.0, LONGEST_MOMENT_S)]


def test_a_long_stretch_is_cut_around_its_peak() -> None:
    steps = [(5.0, 0.7)] * 20 + [(5.0, 0.75)] + [(5.0, 0.7)] * 20

    ((start_s, end_s),) = spans(*steps)

    assert start_s <= 100.0
    assert end_s >= 105.0
    assert end_s - start_s == LONGEST_MOMENT_S


def test_what_is_below_the_least_is_left_out() -> None:
    assert spans((5, 0.3), (9, 0), (5, 0.9), least=0.5) == [(14.0, 19.0)]
    assert spans((5, 0.0)) == []


def test_certainty_is_no_trouble() -> None:
    assert spans((5, 1.0), (5, 0.0), (5, 1.0)) == [(0.0, 5.0), (10.0, 15.0)]


STEPS = st.lists(
    st.tuples(
        st.integers(1, 40).map(lambda step: step / 4), st.integers(0, 100).map(lambda step: step / 100)
    ),
    min_size=1,
    max_size=40,
)


@given(STEPS)
@example([(0.25, 0.14), (2.0, 0.07), (0.25, 0.15), (2.0, 0.09), (0.25, 0.19)])
def test_moments_are_apart_bounded_and_hold_their_peak(steps: list[tuple[float, float]]) -> None:
    whole = curve(*steps)

    peaks = cut_peaks(whole, least=LEAST)

    _apart(peaks)
    for peak in peaks:
        assert peak.span.duration_s <= LONGEST_MOMENT_S + 1e-9
        assert peak.span.start_s in whole.bounds_s
        inside = (whole.bounds_s[:-1] < peak.span.end_s) & (whole.bounds_s[1:] > peak.span.start_s)
        assert float(whole.probability[inside].max()) == pytest.approx(peak.probability)
    highest = float(whole.probability.max())
    assert ([peak.probability for peak in peaks][:1] or [0.0]) == [highest if highest >= LEAST else 0.0]
    assert [peak.probability for peak in peaks] == sorted((peak.probability for peak in peaks), reverse=True)


def _apart(peaks: list[Peak]) -> None:
    ordered: list[Span] = sorted((peak.span for peak in peaks), key=lambda span: span.start_s)
    for first, second in pairwise(ordered):
        assert not first.overlaps(second)


def test_the_dip_that_parts_moments_is_the_one_documented() -> None:
    assert SHORT_DIP_S == 2.0
