import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinodex.domain.moments import Confidence
from kinodex.retrieval.confidence import Bands, score_of


@pytest.mark.parametrize(
    ("probability", "score", "confidence"),
    [
        (1.0, 100.0, Confidence.HIGH),
        (0.75, 90.0, Confidence.HIGH),
        (0.7499, 90.0, Confidence.MEDIUM),
        (0.5, 80.0, Confidence.MEDIUM),
        (0.25, 70.0, Confidence.LOW),
        (0.1, 28.0, Confidence.NONE),
        (0.0, 0.0, Confidence.NONE),
    ],
)
def test_scores_and_words_follow_the_bands_clients_know(
    probability: float, score: float, confidence: Confidence
) -> None:
    assert score_of(probability) == score
    assert Bands().confidence(probability) is confidence


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_moment_never_scores_less(first: float, second: float) -> None:
    low, high = sorted((first, second))

    assert score_of(low) <= score_of(high)


def test_half_is_neutral_and_more_is_stricter() -> None:
    assert Bands.adjusted(0.5) == Bands()
    assert Bands.adjusted(0.9).low > Bands().low > Bands.adjusted(0.1).low
    assert Bands.adjusted(1.0).medium == pytest.approx(0.8808, abs=1e-4)


@given(st.floats(0, 1))
def test_bands_stay_in_order_at_any_level(level: float) -> None:
    bands = Bands.adjusted(level)

    assert 0 < bands.low < bands.medium < bands.high < 1


def test_a_threshold_is_where_its_band_begins() -> None:
    bands = Bands()

    assert [bands.least(name) for name in ("high", "medium", "low", "none")] == [0.75, 0.5, 0.25, 0.0]
