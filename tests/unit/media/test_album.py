"""Candidates become pictures of shots, at least one each."""

import numpy as np
import pytest

from kinodex.media.album import Album, Candidate, Reason, Timing
from kinodex.media.transitions import Boundary

PICTURE = np.zeros((2, 2, 3), np.uint8)


class Kept(list):
    def keep(self, picture, *, at_s, shot):
        self.append((at_s, shot))


def candidate(at_s, lightness=50.0, *, is_edge=False):
    return Candidate(at_s, PICTURE, np.full((3, 6, 16), lightness, np.float32), is_edge=is_edge)


def fill(candidates, boundaries, *, end_s=10.0):
    kept = Kept()
    album = Album(kept)
    for one in candidates:
        album.add(one)
    album.settle(boundaries, until_s=end_s)
    album.finish(end_s)
    return kept, [shot.span.start_s for shot in album.shots]


def test_what_looks_the_same_is_kept_once_in_four_seconds():
    kept, _ = fill([candidate(float(at_s)) for at_s in range(9)], [])

    assert [at_s for at_s, _ in kept] == [0, 4, 8]


def test_what_looks_new_is_kept():
    kept, _ = fill([candidate(0.0), candidate(1.0, 70.0), candidate(2.0, 70.0)], [])

    assert [at_s for at_s, _ in kept] == [0, 1]


def test_the_first_frame_after_a_cut_is_kept_only_where_there_is_no_other():
    candidates = [candidate(0.0), candidate(3.0, is_edge=True), candidate(3.2), candidate(6.0, is_edge=True)]

    kept, shots = fill(candidates, [Boundary(3.0), Boundary(6.0)])

    assert kept == [(0.0, 0), (3.2, 1), (6.0, 2)]
    assert shots == [0.0, 3.0, 6.0]


def test_a_picture_amid_a_dissolve_is_kept_only_where_there_is_no_other():
    kept, _ = fill([candidate(0.0), candidate(4.2), candidate(5.0), candidate(6.0)], [Boundary(4.0, 0.5)])

    assert kept[:2] == [(0.0, 0), (5.0, 1)]


def test_a_boundary_behind_which_there_is_no_picture_is_none():
    kept, shots = fill([candidate(0.0), candidate(5.0)], [Boundary(2.0), Boundary(4.0)])

    assert shots == [0.0, 2.0]
    assert {shot for _, shot in kept} == {0, 1}


@pytest.mark.parametrize("fps", [10, 25, 60])
def test_it_is_time_to_look_once_a_second_at_any_rate(fps):
    timing = Timing()

    reasons = [timing.reason(number / fps, has_jumped=False) for number in range(5 * fps)]

    assert [place / fps for place, reason in enumerate(reasons) if reason is Reason.SAMPLE] == [0, 1, 2, 3, 4]


def test_a_jump_is_looked_at_and_once_more_when_it_is_over():
    timing = Timing()

    reasons = [timing.reason(number / 25, has_jumped=number == 5) for number in range(20)]

    assert (reasons[5], reasons[10]) == (Reason.EDGE, Reason.SETTLED)
    assert reasons.count(Reason.NONE) == 17


def test_slides_far_apart_are_each_looked_at():
    timing = Timing()

    reasons = [timing.reason(2.0 * number, has_jumped=number > 0) for number in range(4)]

    assert reasons == [Reason.SAMPLE, *[Reason.SETTLED] * 3]
