"""
What a frame looks like in 1.7 kB: enough to see cuts and to tell whether the picture changed.

Samples are read by strides from the decoder's own planes, so that nothing is converted: a signature costs
about a hundredth of decoding a small frame. Small frames, and formats that do not keep one component per
plane (RGB, palettes, NV12), go through swscale.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

ROWS = 18
COLUMNS = 32
COMPONENTS = 3

Signature = NDArray[np.uint8]
"""Y, U and V on a grid: ``uint8``, shape ``(3, 18, 32)``."""

_Samples = NDArray[np.uint8 | np.uint16]

FINE = 4
"""Samples per cell and side of a fine signature: with one, the grain of a still picture looks like change."""

SMALLEST_PLANE_CELLS = 3
"""A plane with fewer samples per cell and side is scaled: whole strides would miss its edges."""

NO_COLOUR = 128

_BITS = 8
_MOST_BITS = 16


@dataclass(frozen=True, slots=True)
class _Layout:
    """
    How to read the planes of one pixel format and size: Y, U and V in planes 0, 1 and 2.

    ``sizes`` are height and width of each plane, ``shift`` brings deep samples to 8 bits.
    """

    dtype: np.dtype[Any]
    shift: int
    sizes: tuple[tuple[int, int], ...]
    strides: tuple[tuple[slice, slice], ...]


class SignatureReader:
    """
    Takes signatures from frames of any size and format.

    Keeps what it learnt of the last format and size, because most videos have one of each.
    """

    def __init__(self) -> None:
        self._scaler = VideoReformatter()
        self._seen: tuple[str, int, int] | None = None
        self._layout: _Layout | None = None

    def read(self, frame: VideoFrame) -> Signature:
        """Return the signature of a frame from one sample per cell: quick, for every frame."""
        frame, layout = self._readable(frame)
        signature = _blank(layout)
        planes = frame.planes
        for component, (rows, columns) in enumerate(layout.strides):
            samples = _lines(planes[component], layout)[rows, columns]
            signature[component] = samples >> layout.shift if layout.shift else samples
        return signature

    def read_fine(self, frame: VideoFrame) -> Signature:
        """Return the signature of a frame from the mean of 4 x 4 samples per cell: steady, for a few."""
        frame, layout = self._readable(frame)
        signature = _blank(layout)
        for component, (height, width) in enumerate(layout.sizes):
            samples = _lines(frame.planes[component], layout)[:height, :width]
            signature[component] = _cell_means(samples) >> layout.shift
        return signature

    def _readable(self, frame: VideoFrame) -> tuple[VideoFrame, _Layout]:
        key = (frame.format.name, frame.width, frame.height)
        if key != self._seen:
            self._seen, self._layout = key, _layout_of(frame)
        if self._layout is not None:
            return frame, self._layout
        return self._scaler.reformat(frame, *_SCALED_SIZE, "yuv444p", threads=1), _SCALED


def _blank(layout: _Layout) -> Signature:
    signature = np.empty((COMPONENTS, ROWS, COLUMNS), dtype=np.uint8)
    signature[len(layout.sizes) :] = NO_COLOUR
    return signature


def _layout_of(frame: VideoFrame) -> _Layout | None:
    """Return how to read a format in place, ``None`` where it must be scaled first."""
    pixels = frame.format
    colours = [part for part in pixels.components if not part.is_alpha]
    is_apart = all(part.plane == place for place, part in enumerate(colours)) and len(colours) in {1, 3}
    is_yuv = pixels.is_planar or len(colours) == 1
    if pixels.is_rgb or pixels.has_palette or pixels.is_bayer or pixels.is_bit_stream or not is_yuv:
        return None
    bits = colours[0].bits
    if not is_apart or pixels.is_big_endian or not _BITS <= bits <= _MOST_BITS:
        return None
    smallest_width = min(part.width for part in colours)
    smallest_height = min(part.height for part in colours)
    if smallest_width < COLUMNS * SMALLEST_PLANE_CELLS or smallest_height < ROWS * SMALLEST_PLANE_CELLS:
        return None
    return _layout(bits, tuple((part.height, part.width) for part in colours))


def _layout(bits: int, sizes: tuple[tuple[int, int], ...]) -> _Layout:
    strides = tuple((_stride(height, ROWS), _stride(width, COLUMNS)) for height, width in sizes)
    return _Layout(np.dtype("u1" if bits == _BITS else "<u2"), bits - _BITS, sizes, strides)


def _stride(length: int, count: int) -> slice:
    """Return ``count`` places, evenly spread about the middle."""
    step = length // count
    first = (length - step * (count - 1)) // 2
    return slice(first, first + step * count, step)


def _lines(plane: VideoPlane, layout: _Layout) -> _Samples:
    """Return a plane as lines of samples, with the padding at their ends."""
    per_line = abs(plane.line_size) // layout.dtype.itemsize
    lines: _Samples = np.frombuffer(memoryview(plane), dtype=layout.dtype).reshape(-1, per_line)
    return lines


def _cell_means(samples: _Samples) -> _Samples:
    lines = samples[_spread_over(samples.shape[0], ROWS * FINE)]
    fine = lines[:, _spread_over(samples.shape[1], COLUMNS * FINE)]
    across = fine.reshape(ROWS, FINE, COLUMNS * FINE).sum(axis=1, dtype=np.uint32)
    sums = across.reshape(ROWS, COLUMNS, FINE).sum(axis=2, dtype=np.uint32)
    means: _Samples = (sums // FINE**2).astype(samples.dtype)
    return means


@cache
def _spread_over(length: int, count: int) -> NDArray[np.intp]:
    return ((np.arange(count) + 0.5) * length / count).astype(np.intp)


_SCALED_SIZE = (COLUMNS * FINE, ROWS * FINE)
_SCALED = _layout(_BITS, ((ROWS * FINE, COLUMNS * FINE),) * COMPONENTS)
