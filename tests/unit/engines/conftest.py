"""What the tests of engines share: real speech, and a reader over sound in memory."""

from collections.abc import Callable
from importlib.resources import as_file, files

import av
import numpy as np
import pytest

from kinodex.domain.arrays import Sound

SAMPLE_RATE_HZ = 16_000

ReadSound = Callable[[float, float], Sound]


@pytest.fixture
def reader_of() -> Callable[[Sound], ReadSound]:
    """Return what makes a ``ReadSound`` of samples."""

    def make(sound: Sound) -> ReadSound:
        return lambda start_s, end_s: sound[round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)]

    return make


@pytest.fixture(scope="session")
def speech_sample() -> Sound:
    """Return the sound of the sample clip: English sentences, mono, 16 kHz."""
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=SAMPLE_RATE_HZ)
    with as_file(files("kinodex") / "sample" / "clip.mp4") as path, av.open(str(path)) as clip:
        blocks = [block for frame in clip.decode(audio=0) for block in resampler.resample(frame)]
        blocks += resampler.resample(None)
    return np.concatenate([block.to_ndarray()[0] for block in blocks])
