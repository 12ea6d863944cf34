"""
Make the sample clip: ``python scripts/make_sample.py [TARGET]``, by default in the package.

For maintainers. Needs espeak-ng (Debian: ``apt install espeak-ng``) for the voice and the project's own
environment for the rest; takes a few minutes. Everything in the clip is computed here: no picture, sound
or font comes from elsewhere, but for the voice of espeak-ng and the font that Pillow carries (Aileron, CC0).
When shots or words change, ``QUESTIONS`` in ``kinodex/sample`` must follow.
"""

import sys
from pathlib import Path

from sample_maker.film import write_film
from sample_maker.story import SHOTS

TARGET = Path(__file__).parents[1] / "src" / "kinodex" / "sample" / "clip.mp4"


def main() -> None:
    """Write the clip and say how large it is and when its shots start."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    write_film(SHOTS, target)
    print(f"{target}: {target.stat().st_size} bytes")
    start_s = 0.0
    for shot in SHOTS:
        print(f"{start_s:5.1f} s  {shot.title[0]}")
        start_s += shot.length_s


if __name__ == "__main__":
    main()
