"""What a pass leaves is read back, and what contradicts itself is refused."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from kinodex.domain.errors import VideoBroken
from kinodex.domain.media import Decoded
from kinodex.domain.timeline import Shot, Span
from kinodex.media.framepack import FramePack, clear, load_decoded, read_frames, read_sound, save_decoded


@pytest.fixture
def decoded(tmp_path):
    """Two pictures and no sound, in a folder."""
    pictures = [np.full((40, 60 + 10 * place, 3), 80 * place, np.uint8) for place in range(2)]
    with (tmp_path / "frames.pack").open("wb") as file:
        pack = FramePack(file)
        for place, picture in enumerate(pictures):
            pack.keep(picture, at_s=float(place), shot=0)
    shots = (Shot(0, Span(0.0, 2.0)),)
    value = Decoded(duration_s=2.0, shots=shots, frames=tuple(pack.frames), has_sound=False, frame_count=50)
    save_decoded(tmp_path, value)
    return value


def test_pictures_come_back_in_the_order_asked_for(decoded, tmp_path):
    second, first = read_frames(tmp_path, decoded.frames[::-1])

    assert (first.shape, second.shape) == ((40, 60, 3), (40, 70, 3))
    assert abs(int(second.mean()) - 80) <= 2
    assert load_decoded(tmp_path) == decoded


@pytest.mark.parametrize(
    "change",
    [{"offset": 10**6}, {"offset": -1}, {"shot": 7}],
    ids=["past the end", "before the beginning", "in no shot"],
)
def test_a_frame_that_cannot_be_is_refused(change, decoded, tmp_path):
    frames = (decoded.frames[0], replace(decoded.frames[1], **change))
    save_decoded(tmp_path, replace(decoded, frames=frames))

    with pytest.raises(VideoBroken):
        load_decoded(tmp_path)


def test_a_picture_of_another_size_than_said_is_refused(decoded, tmp_path):
    with pytest.raises(VideoBroken):
        read_frames(tmp_path, [replace(decoded.frames[0], width_px=61)])


def test_a_picture_that_is_no_jpeg_is_refused(decoded, tmp_path):
    (tmp_path / "frames.pack").write_bytes(b"\x89PNG" * 500)

    with pytest.raises(VideoBroken):
        read_frames(tmp_path, decoded.frames[:1])


@pytest.mark.parametrize("content", [b"", b"{", b"{}", msgspec.json.encode({"duration_s": "long"})])
def test_a_result_of_another_shape_is_refused(content, tmp_path):
    (tmp_path / "decoded.json").write_bytes(content)

    with pytest.raises(VideoBroken):
        load_decoded(tmp_path)


def test_sound_promised_and_missing_is_refused(decoded, tmp_path):
    save_decoded(tmp_path, replace(decoded, has_sound=True))

    with pytest.raises(VideoBroken):
        load_decoded(tmp_path)


def test_sound_is_read_by_its_time(tmp_path):
    (np.arange(32_000) % 1000).astype("<i2").tofile(tmp_path / "sound.s16")

    sound = read_sound(tmp_path, 0.5, 0.501)

    assert sound.dtype == np.float32
    assert np.rint(sound * 32768).tolist() == list(range(16))


def test_clearing_leaves_nothing_of_the_last_pass(decoded, tmp_path):
    clear(tmp_path)

    assert not list(tmp_path.iterdir())
