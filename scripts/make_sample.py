"""
Make the sample clip: src/kinodex/sample/clip.mp4.

    .venv/bin/python scripts/make_sample.py

For maintainers. The pictures are painted by sample_scenes.py, the lettering is Pillow's own font, and the
voice is espeak-ng's, which must be installed here (not where the clip is used). Everything in it is ours.
"""

import io
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from sample_scenes import HEIGHT, SCENES, WIDTH, paint

TARGET = Path(__file__).parents[1] / "src" / "kinodex" / "sample" / "clip.mp4"
FPS, RATE_HZ = 25, 22_050
LEAD_S, TAIL_S = 0.5, 0.7
VOICE = ("espeak-ng", "-v", "en-us", "-s", "150", "--stdout")


@dataclass(frozen=True, slots=True)
class Take:
    """One shot: what is seen, what is said, what is written."""

    scene: str
    said: str
    written: str


TAKES = (
    Take(
        "wall_clock", "Good morning. The harbor museum opens its doors at ten o'clock.", "The Harbour Museum"
    ),
    Take(
        "sailing_boat",
        "The fishermen used to leave before sunrise and come home with the tide.",
        "Built in 1924",
    ),
    Take(
        "candle", "In the cellar you can smell the wax that once lit the whole town.", "Workshop, lower floor"
    ),
    Take(
        "football",
        "Every summer the children play against the sailors of visiting ships.",
        "Final score 3 : 2",
    ),
    Take(
        "balloons",
        "On clear days visitors can rise above the bay and see the islands.",
        "Tickets from 18 euros",
    ),
    Take("traffic_light", "Please take the last bus back to the railway station.", "Line 42 departs 18:30"),
)


def speak(sentence: str) -> np.ndarray:
    """Return a spoken sentence: int16 samples at ``RATE_HZ``."""
    spoken = subprocess.run([*VOICE, sentence], check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(spoken)) as sound:
        assert sound.getframerate() == RATE_HZ
        # espeak-ng writes to a pipe and so cannot know the length it puts into the header.
        samples = np.frombuffer(sound.readframes(10_000_000), dtype=np.int16)
    loud = np.flatnonzero(np.abs(samples) > 50)
    return samples[loud[0] : loud[-1] + 1]


def with_title(picture: Image.Image, text: str) -> Image.Image:
    """Return a picture with a lower third."""
    font = ImageFont.load_default(size=28)
    draw = ImageDraw.Draw(picture, "RGBA")
    width = draw.textlength(text, font=font)
    draw.rectangle((28, HEIGHT - 76, 28 + width + 36, HEIGHT - 28), fill=(12, 18, 34, 225))
    draw.rectangle((28, HEIGHT - 76, 34, HEIGHT - 28), fill=(240, 180, 40, 255))
    draw.text((46, HEIGHT - 52), text, (255, 255, 255), font, "lm")
    return picture


def shots() -> Iterator[tuple[Take, np.ndarray, int]]:
    """Yield each take with its sound, padded to whole pictures, and its number of pictures."""
    for take in TAKES:
        voice = speak(take.said)
        frames = round((LEAD_S + len(voice) / RATE_HZ + TAIL_S) * FPS)
        sound = np.zeros(frames * RATE_HZ // FPS, dtype=np.int16)
        start = round(LEAD_S * RATE_HZ)
        sound[start : start + len(voice)] = voice
        yield take, sound, frames


def main() -> None:
    """Write the clip and print when each shot begins."""
    options = {"crf": "25", "preset": "veryslow", "tune": "animation"}
    with av.open(str(TARGET), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt, video.gop_size = WIDTH, HEIGHT, "yuv420p", 2 * FPS
        audio = container.add_stream("aac", rate=RATE_HZ, layout="mono", options={"b": "48000"})
        number, sounds = 0, []
        for take, sound, frames in shots():
            print(f"{number / FPS:6.2f} s  {take.scene}: {take.said} [{take.written}]")
            sounds.append(sound)
            for place in range(frames):
                picture = with_title(paint(SCENES[take.scene], place / frames), take.written)
                frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, FPS)
                container.mux(video.encode(frame))
                number += 1
        container.mux(video.encode())
        track = np.concatenate(sounds)[None, :]
        for start in range(0, track.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(track[:, start : start + 1024], format="s16", layout="mono")
            block.sample_rate, block.pts, block.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(audio.encode(block))
        container.mux(audio.encode())
    print(f"{number / FPS:6.2f} s  end; {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
