"""The recorded sentences; ``scripts/make_voice.py`` made them."""

from functools import cache
from importlib import resources
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

RATE_HZ = 16_000
SLOT_S = 4.0
"""Sentence *n* begins in the recording at ``n * SLOT_S``."""

_QUIET = 0.01
_AROUND_S = 0.02

Sound = npt.NDArray[np.float32]


def path() -> Path:
    """Return the recording: Opus, mono, one sentence in each slot."""
    return Path(str(resources.files(__package__) / "voice.ogg"))


def sentence(number: int) -> Sound:
    """Return a sentence without the silence around it: mono, ``float32``, 16 kHz."""
    slot = round(SLOT_S * RATE_HZ)
    spoken = _recording()[number * slot : (number + 1) * slot]
    loud = np.flatnonzero(np.abs(spoken) > _QUIET)
    around = round(_AROUND_S * RATE_HZ)
    return spoken[max(0, loud[0] - around) : loud[-1] + around]


@cache
def _recording() -> Sound:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    with av.open(str(path())) as container:
        blocks = [block for frame in container.decode(audio=0) for block in resampler.resample(frame)]
    blocks += resampler.resample(None)
    samples: Sound = np.concatenate([block.to_ndarray()[0] for block in blocks])
    return samples
