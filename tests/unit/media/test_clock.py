"""Time rises strictly, whatever the stamps say."""

import pytest

from kinodex.media.clock import PresentationClock


def times(stamps, *, origin_s=0.0, step_s=0.04):
    clock = PresentationClock(origin_s, step_s)
    return [clock.at(stamp) for stamp in stamps]


def test_time_is_counted_from_the_first_picture():
    assert times([95_443.7, 95_443.8], origin_s=95_443.7) == pytest.approx([0.0, 0.1])


def test_a_frame_without_a_stamp_follows_at_the_usual_step():
    assert times([None, None, 0.08, None]) == pytest.approx([0.0, 0.04, 0.08, 0.12])


def test_stamps_that_stand_still_or_step_back_a_little_rise_all_the_same():
    found = times([0.0, 0.04, 0.04, 0.02, 0.08])

    assert found == sorted(set(found))
    assert found[-1] == pytest.approx(0.08)


def test_a_new_time_line_follows_the_last():
    assert times([100.0, 100.04, 0.0, 0.04], origin_s=100.0) == pytest.approx([0.0, 0.04, 0.08, 0.12])


def test_a_frame_before_the_origin_is_shown_at_nought():
    assert times([9.9, 10.0], origin_s=10.0)[0] == 0.0
