from collections.abc import Sequence
from dataclasses import replace

import pytest

from kinodex.domain.timeline import Box, ScreenText, Span
from kinodex.engines.screen_text_tracking import SeenLine, Track, follow, is_same_line, overlap

TITLE = SeenLine("Harbour Museum", Box(0.1, 0.1, 0.4, 0.1), 0.9)
LOWER_THIRD = SeenLine("Ada Brook, keeper", Box(0.1, 0.8, 0.5, 0.06), 0.95)


def run(*frames: Sequence[SeenLine], frame_s: float = 1.0, shots: Sequence[int] = ()) -> list[ScreenText]:
    """Return the lines that left the screen, those still there at the end last."""
    tracks: tuple[Track, ...] = ()
    gone: list[ScreenText] = []
    for place, lines in enumerate(frames):
        span = Span(place * frame_s, (place + 1) * frame_s)
        followed = follow(tracks, lines, span=span, shot=shots[place] if shots else 0)
        tracks, gone = followed.open, [*gone, *followed.gone]
    return [*gone, *(track.as_screen_text() for track in tracks)]


def test_a_line_that_stays_is_one() -> None:
    assert run([TITLE], [TITLE], [TITLE]) == [ScreenText(Span(0, 3), TITLE.text, TITLE.box, 0.9)]


def test_a_line_that_left_is_told_at_once_and_not_at_the_end() -> None:
    followed = follow((), [TITLE], span=Span(0, 1), shot=0)
    missed = follow(followed.open, [], span=Span(1, 2), shot=0)
    ended = follow(missed.open, [], span=Span(2, 3), shot=0)

    assert [line.span for line in ended.gone] == [Span(0, 1)]
    assert ended.open == ()


def test_a_line_overlooked_once_is_still_one() -> None:
    assert [line.span for line in run([TITLE], [], [TITLE])] == [Span(0, 3)]


def test_a_line_that_comes_back_later_is_two() -> None:
    assert [line.span for line in run([TITLE], [], [], [TITLE])] == [Span(0, 1), Span(3, 4)]


def test_a_long_gap_is_not_bridged_even_if_it_is_one_picture() -> None:
    assert len(run([TITLE], [], [TITLE], frame_s=4.0)) == 2


def test_a_gap_across_a_cut_is_not_bridged() -> None:
    assert len(run([TITLE], [], [TITLE], shots=[0, 0, 1])) == 2


def test_a_line_goes_on_across_a_cut() -> None:
    assert [line.span for line in run([TITLE], [TITLE], shots=[0, 1])] == [Span(0, 2)]


def test_the_surest_reading_wins_with_its_place() -> None:
    blurred = SeenLine("Harbour Museurn", Box(0.11, 0.1, 0.4, 0.1), 0.7)

    (line,) = run([blurred], [TITLE], [blurred])

    assert (line.text, line.box, line.confidence) == ("Harbour Museum", TITLE.box, 0.9)


def test_other_words_at_the_same_place_are_another_line() -> None:
    other = replace(TITLE, text="Closing time")

    lines = {line.text: line.span for line in run([TITLE], [other])}

    assert lines == {"Harbour Museum": Span(0, 1), "Closing time": Span(1, 2)}


def test_the_same_words_at_two_places_are_two_lines() -> None:
    below = replace(TITLE, box=Box(0.1, 0.5, 0.4, 0.1))

    lines = run([TITLE, below], [TITLE, below])

    assert [(line.span, line.box) for line in lines] == [(Span(0, 2), TITLE.box), (Span(0, 2), below.box)]


def test_a_drifting_line_is_one() -> None:
    frames = [[replace(TITLE, box=Box(0.1, 0.1 + 0.03 * step, 0.4, 0.1))] for step in range(8)]

    assert len(run(*frames)) == 1


def test_lines_that_leave_together_keep_their_reading_order() -> None:
    assert [line.text for line in run([TITLE, LOWER_THIRD], [TITLE, LOWER_THIRD], [], [])] == [
        TITLE.text,
        LOWER_THIRD.text,
    ]


def test_time_nobody_looked_at_is_not_bridged() -> None:
    first = follow((), [TITLE], span=Span(0, 1), shot=0)
    second = follow(first.open, [TITLE], span=Span(5, 6), shot=1)

    assert [line.span for line in second.gone] == [Span(0, 1)]
    assert [track.span for track in second.open] == [Span(5, 6)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Harbour Museum", 0.9), ("harbourmuseum", 0.9), True),
        (("Harbour Museum", 0.9), ("Harbour Museurn", 0.8), True),
        (("Part I", 0.99), ("Part II", 0.99), False),
        (("Part II", 0.99), ("Part Il", 0.8), True),
        (("Score 12:08", 0.8), ("Score 12:09", 0.8), False),
        (("cat", 0.9), ("dog", 0.9), False),
    ],
)
def test_two_readings_are_of_one_line(one: tuple[str, float], other: tuple[str, float], same: bool) -> None:
    first, second = (SeenLine(text, TITLE.box, confidence) for text, confidence in (one, other))

    assert is_same_line(first, second) is same


def test_overlap_is_measured_by_the_smaller_box() -> None:
    assert overlap(Box(0, 0, 1, 1), Box(0.2, 0.2, 0.1, 0.1)) == pytest.approx(1.0)
    assert overlap(Box(0, 0, 0.2, 0.2), Box(0.2, 0, 0.2, 0.2)) == 0.0
    assert overlap(Box(0, 0, 0, 0), Box(0, 0, 1, 1)) == 0.0
