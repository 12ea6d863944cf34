"""
Record the sentences of the generated evaluation set: ``python scripts/make_voice.py``.

For maintainers. Needs espeak-ng for the voice (Debian: ``apt install espeak-ng``) and the project's own
environment for the rest. When ``SENTENCES`` change, the recording must follow.
"""

import av
import numpy as np
from sample_maker.speech import RATE_HZ, speak

from kinodex.evaluation.generated import voice
from kinodex.evaluation.generated.words import SENTENCES

BIT_RATE = 16_000
BLOCK = 960


def main() -> None:
    """Write the recording and say how large it is."""
    spoken = np.concatenate([speak(each.text, length_s=voice.SLOT_S) for each in SENTENCES])
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=48_000, frame_size=BLOCK)
    with av.open(str(voice.path()), "w") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        stream.bit_rate = BIT_RATE
        samples = np.clip(spoken * 0.9, -1, 1).astype(np.float32)
        whole = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        whole.sample_rate = RATE_HZ
        for block in [*resampler.resample(whole), *resampler.resample(None)]:
            container.mux(stream.encode(block))
        container.mux(stream.encode(None))
    print(f"{voice.path()}: {voice.path().stat().st_size} bytes, {len(SENTENCES)} sentences")


if __name__ == "__main__":
    main()
