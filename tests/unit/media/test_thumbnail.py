"""One picture that stands for a file."""

from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from clips import make_clip
from PIL import Image

from kinodex.domain.errors import NotAVideo, VideoBroken
from kinodex.media.pyav import PyavReader


def _drawn(path: Path, folder: Path) -> Image.Image:
    return Image.open(BytesIO(PyavReader().thumbnail(path, folder)))


def test_a_video_is_shown_by_a_picture_that_says_something(tmp_path: Path) -> None:
    path = tmp_path / "clip"
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=10, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number in range(100):
            picture = np.zeros((720, 1280, 3), np.uint8)
            if 70 <= number < 80:  # black but for a second
                picture[:, ::2] = 255
            output.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        output.mux(stream.encode())

    thumbnail = _drawn(path, tmp_path / "out")

    assert (thumbnail.format, thumbnail.size) == ("JPEG", (640, 360))
    assert np.asarray(thumbnail).mean() > 60


@pytest.mark.slow
def test_a_picture_is_shown_upright(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    image = Image.new("RGB", (1000, 500), (200, 0, 0))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by a quarter
    image.save(path, "JPEG", exif=exif)
    assert _drawn(path, tmp_path / "out").size == (320, 640)


@pytest.mark.slow
def test_sound_has_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "sound"
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=16_000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), format="s16", layout="mono")
        block.sample_rate = 16_000
        output.mux(stream.encode(block))
        output.mux(stream.encode())
    with pytest.raises(NotAVideo):
        PyavReader().thumbnail(path, tmp_path / "out")


@pytest.mark.slow
def test_a_file_of_which_nothing_can_be_decoded_is_broken(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip", seconds=1.0)
    content = path.read_bytes()
    start = content.index(b"mdat")
    path.write_bytes(content[: start + 4] + bytes(len(content) - start - 4))
    with pytest.raises(VideoBroken):
        PyavReader().thumbnail(path, tmp_path / "out")
