import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.retrieval.channels import Channel, How
from kinodex.retrieval.clues import Clue, clue_span
from kinodex.retrieval.fuse import fuse

from .conftest import video

SEEN = Channel(Modality.VISUAL, How.WORDS_TO_PICTURE)
ALIKE = Channel(Modality.VISUAL, How.PICTURE_TO_PICTURE)
SAID = Channel(Modality.SPEECH, How.LEXICAL)
MEANT = Channel(Modality.SPEECH, How.SEMANTIC)
WANTED = {"visual": frozenset({SEEN, ALIKE}), "conversation": frozenset({SAID, MEANT})}


def clue(channel: Channel, start_s: float, end_s: float, *, probability: float) -> Clue:
    span = clue_span(Span(start_s, end_s))
    return Clue(
        video_id=video(1),
        channel=channel,
        probability=probability,
        span=span,
        at_s=start_s,
        number=0,
        engine="test",
    )


def test_modalities_meet_as_independent_witnesses() -> None:
    clues = [clue(SEEN, 0, 10, probability=0.5), clue(SAID, 5, 15, probability=0.6)]

    curve = fuse(clues, WANTED, operator="or")

    assert curve.bounds_s.tolist() == [0, 5, 10, 15]
    assert curve.probability.tolist() == pytest.approx([0.5, 1 - 0.5 * 0.4, 0.6])


def test_words_and_meaning_of_speech_are_one_witness() -> None:
    clues = [clue(SAID, 0, 4, probability=0.5), clue(MEANT, 0, 4, probability=0.6)]

    assert fuse(clues, WANTED, operator="or").probability.tolist() == [0.6]


def test_words_and_pictures_of_a_query_are_two() -> None:
    clues = [clue(SEEN, 0, 4, probability=0.5), clue(ALIKE, 0, 4, probability=0.5)]

    assert fuse(clues, WANTED, operator="or").probability.tolist() == [0.75]


def test_and_is_the_weakest_option_and_nothing_where_one_is_silent() -> None:
    clues = [clue(SEEN, 0, 10, probability=0.5), clue(SAID, 5, 15, probability=0.6)]

    assert fuse(clues, WANTED, operator="and").probability.tolist() == [0, 0.5, 0]


def test_an_option_the_query_says_nothing_to_matches_nothing() -> None:
    wanted = {"visual": frozenset({ALIKE}), "conversation": frozenset[Channel]()}

    assert fuse([clue(ALIKE, 0, 4, probability=0.9)], wanted, operator="and").probability.tolist() == [0]
    assert fuse([clue(ALIKE, 0, 4, probability=0.9)], wanted, operator="or").probability.tolist() == [0.9]


CLUES = st.builds(
    lambda channel, start_s, length_s, probability: clue(
        channel, start_s, start_s + length_s, probability=probability
    ),
    st.sampled_from([SEEN, ALIKE, SAID, MEANT]),
    st.integers(0, 40).map(lambda step: step / 4),
    st.integers(1, 40).map(lambda step: step / 4),
    st.floats(0.01, 0.99),
)


@given(st.lists(CLUES, min_size=1, max_size=12), st.sampled_from(["or", "and"]))
def test_the_curve_is_what_a_look_at_every_instant_gives(clues: list[Clue], operator: str) -> None:
    curve = fuse(clues, WANTED, operator=operator)

    for start_s, end_s, probability in zip(
        curve.bounds_s[:-1], curve.bounds_s[1:], curve.probability, strict=True
    ):
        at_s = (start_s + end_s) / 2
        best = {
            channel: max(
                (
                    each.probability
                    for each in clues
                    if each.channel == channel and each.span.start_s <= at_s < each.span.end_s
                ),
                default=0.0,
            )
            for channel in (SEEN, ALIKE, SAID, MEANT)
        }
        visual = 1 - (1 - best[SEEN]) * (1 - best[ALIKE])
        speech = max(best[SAID], best[MEANT])
        expected = 1 - (1 - visual) * (1 - speech) if operator == "or" else min(visual, speech)
        assert probability == pytest.approx(expected)
    assert np.all(np.diff(curve.bounds_s) > 0)
