"""Shots into one MP4 file: a slow zoom over each picture, its title, its words, hard cuts between."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sample_maker.arrays import Array
from sample_maker.rays import render
from sample_maker.speech import RATE_HZ, speak
from sample_maker.story import Shot

WIDTH_PX, HEIGHT_PX, FRAMES_PER_S = 640, 360, 25
_OVERSIZE = 2  # pictures are made this much larger, so that a zoom stays sharp and edges smooth
_FADE_FRAMES = 10
_MARGIN_PX = 24


def write_film(shots: Sequence[Shot], target: Path) -> None:
    """Write the shots as H.264 and AAC, with the index at the front."""
    spoken = np.concatenate([speak(shot.speech, length_s=shot.length_s) for shot in shots])
    with av.open(str(target), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=FRAMES_PER_S)
        video.width, video.height, video.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        video.options = {"crf": "23", "preset": "veryslow", "g": str(FRAMES_PER_S * 4)}
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        audio.bit_rate = 64_000
        for number, picture in enumerate(_pictures(shots)):
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for frame in _sound_frames(spoken):
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))


def _sound_frames(spoken: Array) -> Iterator[av.AudioFrame]:
    samples = np.clip(spoken * 0.9, -1, 1).astype(np.float32)
    for start in range(0, len(samples), 1024):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
        yield frame


def _pictures(shots: Sequence[Shot]) -> Iterator[Image.Image]:
    for shot in shots:
        still = Image.fromarray(render(shot.scene, WIDTH_PX * _OVERSIZE, HEIGHT_PX * _OVERSIZE))
        title = _title(shot.title)
        count = round(shot.length_s * FRAMES_PER_S)
        for number in range(count):
            frame = _zoomed(still, *shot.zoom, share=number / count)
            alpha = title.getchannel("A").point(lambda value, n=number: value * min(1.0, n / _FADE_FRAMES))
            frame.paste(title, mask=alpha)
            yield frame


def _zoomed(still: Image.Image, first: float, last: float, *, share: float) -> Image.Image:
    width = still.width * (first + (last - first) * share)
    height = width * still.height / still.width
    left, top = (still.width - width) / 2, (still.height - height) / 2
    corners = (left, top, left + width, top + height)
    return still.resize((WIDTH_PX, HEIGHT_PX), Image.Resampling.LANCZOS, box=corners)


def _title(lines: Sequence[str]) -> Image.Image:
    """Return the lines on a dark bar, see-through elsewhere; the font is the one that Pillow carries."""
    picture = Image.new("RGBA", (WIDTH_PX, HEIGHT_PX))
    draw = ImageDraw.Draw(picture)
    large, small = ImageFont.load_default(size=30), ImageFont.load_default(size=19)
    width = max(draw.textlength(lines[0], large), draw.textlength(lines[1], small))
    top = HEIGHT_PX - 92
    draw.rectangle((_MARGIN_PX, top, _MARGIN_PX + width + 28, top + 72), fill=(12, 24, 44, 235))
    draw.rectangle((_MARGIN_PX, top, _MARGIN_PX + 5, top + 72), fill=(240, 170, 30, 255))
    draw.text((_MARGIN_PX + 16, top + 22), lines[0], fill="white", font=large, anchor="lm")
    draw.text((_MARGIN_PX + 16, top + 54), lines[1], fill=(205, 215, 230, 255), font=small, anchor="lm")
    return picture
