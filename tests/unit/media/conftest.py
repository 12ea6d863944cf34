"""Films made by code: blocky scenes, so small that decoding them takes no time."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from kinodex.domain.media import Decoded, MediaFacts
from kinodex.media.decoding import decode
from kinodex.media.framepack import clear
from kinodex.media.probing import probe

Picture = NDArray[np.uint8]

FPS = 25
SIZE = (320, 180)
MAX_PIXELS = 5184 * 2304

_QUICK = {"deadline": "realtime", "cpu-used": "8"}
FAST = {
    "libx264": {"preset": "ultrafast", "crf": "18"},
    "libx265": {"preset": "ultrafast", "crf": "18"},
    "libvpx": _QUICK,
    "libvpx-vp9": _QUICK,
}


def _scene(seed: int, *, seconds: float = 2.0, size: tuple[int, int] = SIZE) -> list[Picture]:
    """Return the frames of a still scene: colours of 9 x 16 blocks, never alike for two seeds."""
    random = np.random.default_rng(seed)
    blocks = random.integers(20, 235, (9, 16, 3)).astype(np.uint8)
    picture = np.kron(blocks, np.ones((-(-size[1] // 9), -(-size[0] // 16), 1), np.uint8))
    return [picture[: size[1], : size[0]]] * round(seconds * FPS)


def _tone(seconds: float, *, rate_hz: int = 48_000, level: float = 0.5) -> NDArray[np.float32]:
    at_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * 440 * at_s)).astype(np.float32)


def _write_film(
    path: Path,
    pictures: Sequence[Picture],
    *,
    times_s: Iterable[float] | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sounds: Sequence[tuple[float, NDArray[np.float32]]] = (),
    sound_codec: str = "aac",
    start_s: float = 0.0,
    prepare: Callable[[Any], None] | None = None,
) -> Path:
    """
    Write a film.

    Args:
        path: Where to; the ending chooses the container.
        pictures: All of one size.
        times_s: When each is shown; even steps where not given.
        codec: Of the pictures; ``pixels`` is its pixel format.
        pixels: See ``codec``.
        sounds: Stretches of 48 kHz mono, each with its beginning.
        sound_codec: Of the sound.
        start_s: Added to every time.
        prepare: Called with the video stream before anything is written.
    """
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=FPS, options=FAST.get(codec, {}))
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = pixels
        ticks = FPS if codec.startswith("mpeg") else 90_000  # what MPEG-2 and -4 can say
        video.codec_context.time_base = Fraction(1, ticks)
        if prepare:
            prepare(video)
        audio = container.add_stream(sound_codec, rate=48_000, layout="mono") if sounds else None
        for place, picture in enumerate(pictures):
            at_s = place / FPS if times_s is None else list(times_s)[place]
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts, frame.time_base = round((at_s + start_s) * ticks), Fraction(1, ticks)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        for begin_s, samples in sounds:
            for offset in range(0, len(samples) - 1023, 1024):
                block = av.AudioFrame.from_ndarray(samples[None, offset : offset + 1024], "fltp", "mono")
                block.sample_rate, block.time_base = 48_000, Fraction(1, 48_000)
                block.pts = round((begin_s + start_s) * 48_000) + offset
                container.mux(audio.encode(block))
        if audio is not None:
            container.mux(audio.encode())
    return path


def _run(path: Path, *, max_pixels: int = MAX_PIXELS) -> Decoded:
    """Probe and decode a film in this process, into the folder ``decoded`` beside it."""
    facts = probe(path, max_pixels=max_pixels)
    return _decode(path, facts, max_pixels=max_pixels)


def _decode(path: Path, facts: MediaFacts, *, max_pixels: int = MAX_PIXELS) -> Decoded:
    folder = path.parent / "decoded"
    clear(folder)
    return decode(path, folder, facts=facts, max_pixels=max_pixels, progress=_ignore)


def _ignore(share: float) -> None:
    """Take no notice of progress."""


@pytest.fixture(scope="session")
def scene() -> Callable[..., list[Picture]]:
    return _scene


@pytest.fixture(scope="session")
def tone() -> Callable[..., NDArray[np.float32]]:
    return _tone


@pytest.fixture(scope="session")
def write_film() -> Callable[..., Path]:
    return _write_film


@pytest.fixture(scope="session")
def run_pass() -> Callable[..., Decoded]:
    return _run


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes of two seconds with a tone: the plain case."""
    pictures = _scene(1) + _scene(2) + _scene(3)
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return _write_film(path, pictures, sounds=[(0.0, _tone(6.0))])
