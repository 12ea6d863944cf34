"""Clips made by code: what tests index."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

FPS = 25
COLOURS = ((200, 30, 30), (30, 160, 40), (40, 60, 200), (220, 210, 40))


def make_clip(
    path: Path, *, seconds: float = 12.0, width: int = 640, height: int = 360, sound: bool = True
) -> Path:
    """
    Write an MP4 of noisy colour fields, a cut every three seconds, with a quiet tone.

    The noise makes the file large enough to be interrupted while it is fetched.
    """
    random = np.random.default_rng(7)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "30", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=16_000, layout="mono") if sound else None
        for number in range(round(seconds * FPS)):
            colour = COLOURS[number // (3 * FPS) % len(COLOURS)]
            noise = np.kron(random.integers(-20, 20, (height // 8, width // 8, 1)), np.ones((8, 8, 1), int))
            picture = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            at = np.arange(round(seconds * 16_000))
            tone = (500 * np.sin(at * 2 * np.pi * 220 / 16_000)).astype(np.int16)[None, :]
            for start in range(0, tone.shape[1], 1024):
                block = av.AudioFrame.from_ndarray(tone[:, start : start + 1024], format="s16", layout="mono")
                block.sample_rate, block.pts, block.time_base = 16_000, start, Fraction(1, 16_000)
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return path
