"""The voice: espeak-ng, called as a program on the maker's machine."""

import io
import subprocess

import av
import numpy as np

from sample_maker.arrays import Array

RATE_HZ = 44_100
_PAUSE_S = 0.35


def speak(text: str, *, length_s: float) -> Array:
    """
    Return a spoken text in silence of exactly ``length_s``: mono, ``float32``, 44.1 kHz.

    Raises:
        ValueError: If the text does not fit.
    """
    command = ["espeak-ng", "-v", "en-us", "-s", "150", "-g", "1", "--stdout", text]
    spoken = _decode(subprocess.run(command, check=True, capture_output=True).stdout)
    start, wanted = round(_PAUSE_S * RATE_HZ), round(length_s * RATE_HZ)
    if start + len(spoken) > wanted:
        needed_s = _PAUSE_S + len(spoken) / RATE_HZ
        raise ValueError(f"the shot lasts {length_s} s, its words need {needed_s:.2f} s: {text}")
    return np.pad(spoken, (start, wanted - start - len(spoken)))


def _decode(sound: bytes) -> Array:
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
    with av.open(io.BytesIO(sound), "r") as container:
        blocks = [block for frame in container.decode(audio=0) for block in resampler.resample(frame)]
    blocks += resampler.resample(None)
    samples: Array = np.concatenate([block.to_ndarray()[0] for block in blocks])
    return samples
