"""The video requirements by API version."""

from dataclasses import replace

import pytest

from kinodex.domain import errors
from kinodex.domain.limits import V1_1, V1_3, check_duration, check_facts
from kinodex.domain.media import MediaFacts

ACCEPTED = MediaFacts(
    duration_s=60.0,
    width_px=854,
    height_px=480,
    fps=25.0,
    size_bytes=1_000_000,
    container="mp4",
    video_codec="h264",
)


def test_a_video_within_all_limits_is_taken() -> None:
    check_facts(ACCEPTED, V1_1)
    check_facts(ACCEPTED, V1_3)


@pytest.mark.parametrize("duration_s", [9.96, 10.0, 7200.0, 7200.04])
def test_durations_at_the_edges_are_taken(duration_s: float) -> None:
    check_duration(duration_s, V1_1)


def test_a_short_video_is_refused_with_the_measured_duration_and_the_minimum() -> None:
    with pytest.raises(errors.VideoTooShort, match=r"3\.20 s is below the minimum of 10 s"):
        check_facts(replace(ACCEPTED, duration_s=3.2), V1_1)


def test_a_long_video_is_refused_with_the_measured_duration_and_the_maximum() -> None:
    with pytest.raises(errors.VideoTooLong, match=r"7201\.00 s is above the maximum of 7200 s"):
        check_facts(replace(ACCEPTED, duration_s=7201.0), V1_1)


def test_the_short_side_decides_in_portrait_too() -> None:
    check_facts(replace(ACCEPTED, width_px=360, height_px=640), V1_1)
    with pytest.raises(errors.ResolutionTooLow, match="359 px and the minimum is 360 px"):
        check_facts(replace(ACCEPTED, width_px=359, height_px=640), V1_1)


def test_full_hd_is_too_high_in_the_first_version_and_fine_in_the_latest() -> None:
    full_hd = replace(ACCEPTED, width_px=1920, height_px=1080)
    with pytest.raises(errors.ResolutionTooHigh, match="1920x1080"):
        check_facts(full_hd, V1_1)
    check_facts(full_hd, V1_3)


def test_the_latest_version_refuses_a_too_wide_picture() -> None:
    with pytest.raises(errors.AspectRatioRefused, match=r"2\.50:1"):
        check_facts(replace(ACCEPTED, width_px=1000, height_px=400), V1_3)


def test_a_large_file_is_refused_with_its_size() -> None:
    with pytest.raises(errors.FileTooLarge, match=str(3 * 1024**3)):
        check_facts(replace(ACCEPTED, size_bytes=3 * 1024**3), V1_1)
