import pytest

from kinodex.engines.moonshine_decoder import loop_length, token_limit, without_loop


@pytest.mark.parametrize(("samples", "tokens"), [(160_000, 65), (16_000, 7), (100, 4)])
def test_the_length_of_a_passage_limits_its_tokens(samples: int, tokens: int) -> None:
    assert token_limit(samples) == tokens


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [1, 2, 3],
        [7, 7, 7, 7],  # "no, no, no, no"
        [1, 2, 3, 4, 5, 6] * 2,  # said twice, as people do
        [1, 2, 3] * 4 + [9],  # it went on
    ],
)
def test_speech_may_repeat_itself(tokens: list[int]) -> None:
    assert loop_length(tokens) == 0
    assert list(without_loop(tokens)) == tokens


@pytest.mark.parametrize("group", [[7], [1, 2], list(range(9)), list(range(24))])
def test_a_loop_is_found_whatever_its_length(group: list[int]) -> None:
    assert loop_length([50, 51, *group * 12]) >= 3 * len(group)


def test_a_passage_that_is_mostly_a_loop_says_nothing() -> None:
    assert list(without_loop([1, *[5, 6, 7, 8] * 3])) == []


def test_what_was_said_before_a_loop_stays() -> None:
    said = list(range(100, 120))

    assert list(without_loop([*said, *[5, 6, 7, 8] * 3])) == said
