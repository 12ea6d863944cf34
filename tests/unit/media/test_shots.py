"""Shots found on the way are those found at once, with little held."""

import numpy as np
import pytest

from kinodex.media.shots import MARGIN_S, SETTLED_AT_ONCE_S, ShotFinder
from kinodex.media.signature import COLUMNS, COMPONENTS, ROWS

FPS = 25


def signatures(cuts_s, *, length_s):
    """Yield time and signature of a film of still, slightly noisy scenes."""
    random = np.random.default_rng(3)
    scenes = random.integers(20, 235, (len(cuts_s) + 1, COMPONENTS, ROWS, COLUMNS))
    for number in range(round(length_s * FPS)):
        at_s = number / FPS
        scene = scenes[int(np.searchsorted(cuts_s, at_s + 1e-9))]
        yield at_s, (scene + random.integers(-2, 3, scene.shape)).astype(np.uint8)


def find(cuts_s, *, length_s):
    finder, found, most_held = ShotFinder(), [], 0
    for at_s, signature in signatures(cuts_s, length_s=length_s):
        finder.add(at_s, signature)
        found += finder.settle()
        most_held = max(most_held, len(finder._times))
    found += finder.finish(length_s)
    return [boundary.at_s for boundary in found], most_held


def test_cuts_everywhere_in_a_long_film_are_found_once_and_in_order():
    cuts = np.cumsum([0.44, 3.0, 9.04, 2.52, 0.6, 12.0, 5.0, 1.0, 14.48, 2.0, 11.52, 7.0])

    found, _ = find(cuts, length_s=80)

    assert found == pytest.approx(cuts)


def test_no_more_than_some_seconds_are_held():
    _, most_held = find([5.0], length_s=90)

    assert most_held <= (SETTLED_AT_ONCE_S + 3 * MARGIN_S) * FPS


def test_cuts_too_near_one_another_or_the_ends_are_not_boundaries():
    found, _ = find([0.2, 5.0, 5.2, 9.8], length_s=10)

    assert len(found) == 1
    assert 5.0 <= found[0] <= 5.2


def test_frames_above_thirty_a_second_are_passed_over():
    finder = ShotFinder()
    times = [number / 240 for number in range(240)]

    taken = [
        at_s for at_s in times if finder.wants(at_s) and [finder.add(at_s, np.zeros((3, 18, 32), np.uint8))]
    ]

    assert 28 <= len(taken) <= 31


def test_nothing_at_all_has_no_boundary():
    assert ShotFinder().finish(0.0) == []
