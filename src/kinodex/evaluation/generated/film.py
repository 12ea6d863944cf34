"""The videos of the generated set: shots with hard cuts, a slow zoom, titles, and what is said."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from kinodex.evaluation.generated import voice
from kinodex.evaluation.generated.plan import SHOT_S, SPOKEN_AFTER_S, PlannedShot
from kinodex.evaluation.generated.scenes import (
    COLOURS,
    HEIGHT_PX,
    THINGS,
    WAYS,
    WIDTH_PX,
    Colour,
    Picture,
    ground,
    shape_on,
)

FRAMES_PER_S = 10
ZOOM = 0.08
_LOUDNESS = 0.8
_BLOCK = 1024
_GROUNDS: Sequence[tuple[Colour, Colour]] = (
    ((90, 100, 110), (140, 150, 160)),
    ((70, 85, 75), (115, 130, 115)),
    ((120, 105, 90), (165, 150, 130)),
    ((60, 60, 85), (105, 105, 130)),
)


def still_of(shot: PlannedShot) -> Picture:
    """Return what a shot shows before it moves, without its title; the same each time."""
    random = np.random.Generator(np.random.PCG64(shot.seed))
    if shot.thing is not None:
        return THINGS[shot.thing].draw(random)
    return ground(random, *_GROUNDS[int(random.integers(len(_GROUNDS)))])


def write_film(shots: Sequence[PlannedShot], target: Path) -> None:
    """Write the shots of a video as H.264 and AAC; the same bytes each time, with the same libraries."""
    with av.open(str(target), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=FRAMES_PER_S)
        video.width, video.height, video.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        video.options = {"crf": "26", "preset": "veryfast", "g": str(FRAMES_PER_S * 4)}
        video.codec_context.thread_count = 1
        audio = container.add_stream("aac", rate=voice.RATE_HZ, layout="mono")
        audio.bit_rate = 48_000
        for number, picture in enumerate(picture for shot in shots for picture in _pictures(shot)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_PER_S)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for sound in _sounds(shots):
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))


def _pictures(shot: PlannedShot) -> Iterator[Picture]:
    still, title = still_of(shot), _title(shot)
    count = round(SHOT_S * FRAMES_PER_S)
    for number in range(count):
        share = number / count
        picture = _zoomed(still, 1 + ZOOM * share) if shot.moving is None else still.copy()
        if shot.moving is not None:
            x, y = WAYS[shot.moving.way]
            at = (round(320 + x * 240 * (2 * share - 1)), round(170 + y * 110 * (2 * share - 1)))
            shape_on(picture, shot.moving.shape, COLOURS[shot.moving.colour], at)
        if title is not None:
            written = Image.fromarray(picture)
            written.paste(title, mask=title.getchannel("A"))
            picture = np.asarray(written)
        yield picture


def _zoomed(still: Picture, by: float) -> Picture:
    turn = cv2.getRotationMatrix2D((WIDTH_PX / 2, HEIGHT_PX / 2), 0, by)
    picture: Picture = cv2.warpAffine(still, turn, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR)
    return picture


def _title(shot: PlannedShot) -> Image.Image | None:
    """Return the title on a dark bar, see-through elsewhere; the font is the one that Pillow carries."""
    if shot.title is None:
        return None
    picture = Image.new("RGBA", (WIDTH_PX, HEIGHT_PX))
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=26)
    top = 20 if shot.seed % 2 else HEIGHT_PX - 68
    draw.rectangle((24, top, 24 + draw.textlength(shot.title, font) + 32, top + 48), fill=(12, 24, 44, 235))
    draw.text((40, top + 24), shot.title, fill="white", font=font, anchor="lm")
    return picture


def _sounds(shots: Sequence[PlannedShot]) -> Iterator[av.AudioFrame]:
    samples = np.zeros(round(len(shots) * SHOT_S * voice.RATE_HZ), np.float32)
    for shot in shots:
        if shot.sentence is not None:
            spoken = voice.sentence(shot.sentence)
            first = round((shot.start_s + SPOKEN_AFTER_S) * voice.RATE_HZ)
            samples[first : first + len(spoken)] = spoken * _LOUDNESS
    for start in range(0, len(samples), _BLOCK):
        block = samples[None, start : start + _BLOCK]
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = voice.RATE_HZ, start, Fraction(1, voice.RATE_HZ)
        yield frame
