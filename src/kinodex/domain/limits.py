"""The video requirements, by the version of the API a video came in by."""

from collections.abc import Iterator
from dataclasses import dataclass

from kinodex.domain import errors
from kinodex.domain.media import MediaFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    What a video must be like.

    Sides are of the shown picture. ``maximum_short_side_px`` is exclusive ("less than 1080p"),
    the box ``maximum_long_px`` x ``maximum_height_px`` inclusive; ``None`` means no such limit.
    """

    minimum_duration_s: float
    maximum_duration_s: float
    minimum_short_side_px: int
    maximum_size_bytes: int
    below_short_side_px: int | None = None
    maximum_long_side_px: int | None = None
    maximum_short_side_px: int | None = None
    maximum_aspect: float | None = None


# The guide "Upload from a URL" of 2022 and the pages beside it.
V1_1 = Limits(
    minimum_duration_s=10,
    maximum_duration_s=7200,
    minimum_short_side_px=360,
    below_short_side_px=1080,
    maximum_size_bytes=2 * 1024**3,
)
V1_2 = Limits(
    minimum_duration_s=4,
    maximum_duration_s=7200,
    minimum_short_side_px=360,
    maximum_long_side_px=3840,
    maximum_short_side_px=2160,
    maximum_size_bytes=2 * 1024**3,
)
V1_3 = Limits(
    minimum_duration_s=4,
    maximum_duration_s=4 * 3600,
    minimum_short_side_px=360,
    maximum_long_side_px=5184,
    maximum_short_side_px=2160,
    maximum_aspect=2.4,
    maximum_size_bytes=4 * 1024**3,
)

DURATION_TOLERANCE_S = 0.05
"""A container's clock may round a 10 s video down by less than this."""


def check_duration(duration_s: float, limits: Limits) -> None:
    """
    Refuse a video that is too short or too long.

    Raises:
        VideoTooShort: Below the minimum.
        VideoTooLong: Above the maximum.
    """
    for broken in _duration_broken(duration_s, limits):
        raise broken


def check_facts(facts: MediaFacts, limits: Limits) -> None:
    """
    Refuse a video that breaks a requirement.

    Raises:
        VideoRejected: The class says which requirement, the message the measured value and the limit.
    """
    for broken in broken_limits(
        limits,
        size_bytes=facts.size_bytes,
        sides_px=(facts.width_px, facts.height_px),
        duration_s=facts.duration_s,
    ):
        raise broken


def broken_limits(
    limits: Limits,
    *,
    size_bytes: int | None = None,
    sides_px: tuple[int, int] | None = None,
    duration_s: float | None = None,
) -> Iterator[errors.VideoRejected]:
    """
    Yield an error for each requirement a video breaks.

    Args:
        limits: The requirements.
        size_bytes: Length of the file; ``None``, here and below, for what is not known.
        sides_px: Width and height as shown.
        duration_s: Length of the video.
    """
    if size_bytes is not None and size_bytes > limits.maximum_size_bytes:
        yield errors.FileTooLarge(limits.maximum_size_bytes, size_bytes)
    if sides_px is not None:
        yield from _resolution_broken(*sides_px, limits)
    if duration_s is not None:
        yield from _duration_broken(duration_s, limits)


def _duration_broken(duration_s: float, limits: Limits) -> Iterator[errors.VideoRejected]:
    if duration_s < limits.minimum_duration_s - DURATION_TOLERANCE_S:
        yield errors.VideoTooShort(duration_s, limits.minimum_duration_s)
    if duration_s > limits.maximum_duration_s + DURATION_TOLERANCE_S:
        yield errors.VideoTooLong(duration_s, limits.maximum_duration_s)


def _resolution_broken(width: int, height: int, limits: Limits) -> Iterator[errors.VideoRejected]:
    short, long = min(width, height), max(width, height)
    if short < limits.minimum_short_side_px:
        yield errors.ResolutionTooLow(width, height, limits.minimum_short_side_px)
    if limits.below_short_side_px is not None and short >= limits.below_short_side_px:
        allowed = f"the short side is {short} px and must be below {limits.below_short_side_px} px"
        yield errors.ResolutionTooHigh(width, height, allowed)
    if limits.maximum_long_side_px is not None and limits.maximum_short_side_px is not None:
        box = f"{limits.maximum_long_side_px}x{limits.maximum_short_side_px}"
        if long > limits.maximum_long_side_px or short > limits.maximum_short_side_px:
            yield errors.ResolutionTooHigh(width, height, f"the maximum is {box}")
    if limits.maximum_aspect is not None and long / short > limits.maximum_aspect:
        yield errors.AspectRatioRefused(width, height, limits.maximum_aspect)
