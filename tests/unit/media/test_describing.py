"""What a file holds, stream by stream."""

import wave
from pathlib import Path

import numpy as np
import pytest
from clips import make_clip

from kinodex.domain.errors import FileEmpty, KinodexError, NotAVideo
from kinodex.domain.streams import FileFacts
from kinodex.media.pyav import PyavReader


def make_sound(path: Path, *, seconds: float = 2.0) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8_000)
        at = np.arange(round(seconds * 8_000))
        tone = (8_000 * np.sin(at * 0.3)).astype(np.int16)
        file.writeframes(np.repeat(tone, 2).tobytes())
    return path


def describe(path: Path) -> FileFacts:
    return PyavReader().describe(path)


def test_a_video_tells_its_streams(tmp_path: Path) -> None:
    facts = describe(make_clip(tmp_path / "clip", seconds=1.0))

    (picture,), (sound,) = facts.pictures, facts.sounds
    assert (picture.codec, picture.width_px, picture.height_px, picture.fps) == ("h264", 640, 360, 25.0)
    assert (picture.display_aspect_ratio, picture.pixel_format, picture.bit_depth) == ("16:9", "yuv420p", 8)
    assert picture.scan_type == "progressive"
    assert (sound.codec, sound.sample_rate_hz, sound.channels, sound.channel_layout) == (
        "aac",
        16_000,
        1,
        "mono",
    )
    assert facts.duration_s == pytest.approx(1.0, abs=0.1)


def test_the_length_of_a_sound_is_measured(tmp_path: Path) -> None:
    facts = describe(make_sound(tmp_path / "sound", seconds=2.0))

    assert (facts.container, facts.pictures) == ("wav", ())
    assert facts.duration_s == pytest.approx(2.0, abs=0.02)
    assert facts.sounds[0].duration_s == facts.duration_s


def test_a_sound_that_says_it_is_longer_is_measured_all_the_same(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "sound", seconds=2.0)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    assert describe(path).duration_s == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    "content", [b"RIFF\x00\x00\x00\x00WAVEfmt broken", b"ID3\x04 nothing more", bytes(5_000)]
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(KinodexError) as caught:
        describe(path)
    assert caught.value.code in {"video_file_broken", "unsupported_file_type"}


def test_nothing_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(FileEmpty):
        describe(path)


def test_a_list_of_other_files_is_not_followed(tmp_path: Path) -> None:
    other = make_sound(tmp_path / "other.wav")
    path = tmp_path / "file"
    path.write_text(f"ffconcat version 1.0\nfile {other}\n")

    with pytest.raises((NotAVideo, KinodexError)):
        describe(path)
