"""Bring pictures into the shape a checkpoint was trained on, as its ``preprocessor_config.json`` says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from kinodex.domain.arrays import AnyArray, Frame
from kinodex.domain.errors import EngineNotReady

_FILTERS = {value.value: value for value in Image.Resampling}


@dataclass(frozen=True, slots=True)
class PixelRules:
    """
    What is done to a picture, in this order.

    Attributes:
        shortest_px: Scale until the shorter side has this length, keeping the shape; ``None`` to go on.
        scaled_px: Scale to this (height, width), whatever the shape; ``None`` for neither.
        crop_px: Cut this (height, width) from the middle; ``None`` for all of it.
        resampling: The filter, as Pillow numbers them.
        factor: Multiplies the values of 0 to 255.
        mean: Taken off each channel then.
        std: Each channel is divided by it then.
    """

    shortest_px: int | None
    scaled_px: tuple[int, int] | None
    crop_px: tuple[int, int] | None
    resampling: int
    factor: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


def pixel_rules(config: Mapping[str, Any], *, name: str) -> PixelRules:
    """
    Return the rules in a preprocessor configuration.

    Raises:
        EngineNotReady: They are not rules we know.
    """
    try:
        shortest, scaled = _sizes(config)
        return PixelRules(
            shortest_px=shortest,
            scaled_px=scaled,
            crop_px=_pair(config["crop_size"]) if config.get("do_center_crop") else None,
            resampling=_FILTERS[config.get("resample", Image.Resampling.BICUBIC.value)].value,
            factor=float(config.get("rescale_factor", 1 / 255)) if config.get("do_rescale", True) else 1.0,
            mean=_channels(config, "image_mean", 0.0),
            std=_channels(config, "image_std", 1.0),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise EngineNotReady(
            name, f"preprocessor_config.json has rules that are not known here ({error!r})"
        ) from error


def to_pixels(frames: Sequence[Frame], rules: PixelRules) -> AnyArray:
    """
    Return pictures of any sizes as a network takes them: ``float32``, shape ``(n, 3, height, width)``.

    Scaling is Pillow's, with its antialiasing, as in the image processors the checkpoints were made with.
    """
    return np.stack([_one(frame, rules) for frame in frames])


def _one(frame: Frame, rules: PixelRules) -> AnyArray:
    picture = _crop(_scale(Image.fromarray(frame), rules), rules.crop_px)
    values = np.asarray(picture, dtype=np.float32) * np.float32(rules.factor)
    mean, std = (np.array(channels, dtype=np.float32) for channels in (rules.mean, rules.std))
    values = (values - mean) / std
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def _scale(picture: Image.Image, rules: PixelRules) -> Image.Image:
    if rules.scaled_px is not None:
        height, width = rules.scaled_px
    elif rules.shortest_px is not None:
        share = rules.shortest_px / min(picture.size)
        width, height = (max(rules.shortest_px, int(side * share)) for side in picture.size)
    else:
        return picture
    return picture.resize((width, height), _FILTERS[rules.resampling])


def _crop(picture: Image.Image, size: tuple[int, int] | None) -> Image.Image:
    if size is None:
        return picture
    left, top = (picture.width - size[1]) // 2, (picture.height - size[0]) // 2
    return picture.crop((left, top, left + size[1], top + size[0]))  # what lies outside is black


def _sizes(config: Mapping[str, Any]) -> tuple[int | None, tuple[int, int] | None]:
    if not config.get("do_resize", True):
        return None, None
    size = config["size"]
    if isinstance(size, int):
        return (size, None) if config.get("do_center_crop") else (None, (size, size))
    if "shortest_edge" in size:
        return int(size["shortest_edge"]), None
    return None, _pair(size)


def _pair(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (int(size["height"]), int(size["width"]))


def _channels(config: Mapping[str, Any], key: str, otherwise: float) -> tuple[float, float, float]:
    values = config.get(key) if config.get("do_normalize", True) else None
    if values is None:
        return otherwise, otherwise, otherwise
    first, second, third = values
    return float(first), float(second), float(third)
