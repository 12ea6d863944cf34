"""Facts are measured, and what is no video is named."""

import io
import wave
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from kinodex.media.messages import Unreadable
from kinodex.media.probing import probe

MAX_PIXELS = 10_000_000


def refusal(path):
    with pytest.raises(Unreadable) as caught:
        probe(path, max_pixels=MAX_PIXELS)
    return caught.value


def test_the_facts_of_a_plain_film(film):
    facts = probe(film, max_pixels=MAX_PIXELS)

    assert (facts.width_px, facts.height_px, facts.rotation_deg) == (320, 180, 0)
    assert facts.duration_s == pytest.approx(6.0, abs=0.01)
    assert facts.fps == pytest.approx(25.0, abs=0.05)
    assert (facts.video_codec, facts.audio_codec) == ("h264", "aac")
    assert facts.size_bytes == film.stat().st_size


@pytest.mark.parametrize("said_s", [1, 18_000])
def test_a_header_that_lies_about_the_duration_is_not_believed(said_s, film, tmp_path):
    content = bytearray(film.read_bytes())
    for box, at in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        place = content.index(box) + at
        content[place : place + 4] = (1000 * said_s).to_bytes(4, "big")
    (tmp_path / "lie.mp4").write_bytes(content)

    assert probe(tmp_path / "lie.mp4", max_pixels=MAX_PIXELS).duration_s == pytest.approx(6.0, abs=0.1)


def test_a_live_recording_without_duration_is_measured(scene, write_film, tmp_path):
    path = write_film(tmp_path / "a.mkv", scene(1, seconds=3))
    content = path.read_bytes()
    place = content.index(b"\x44\x89\x88")  # Matroska: Duration, 8 bytes
    (tmp_path / "b.mkv").write_bytes(content[:place] + b"\xec\x89" + bytes(9) + content[place + 11 :])

    assert probe(tmp_path / "b.mkv", max_pixels=MAX_PIXELS).duration_s == pytest.approx(3.0, abs=0.1)


def test_the_default_stream_is_the_video_however_small(scene, tmp_path):
    def write(name, *, default):
        with av.open(str(tmp_path / name), "w") as container:
            streams = []
            for width in (160, 320):
                stream = container.add_stream("libx264", rate=25)
                stream.width, stream.height, stream.pix_fmt = width, width // 2, "yuv420p"
                is_default = width == default
                stream.disposition = av.stream.Disposition.default if is_default else av.stream.Disposition(0)
                streams.append(stream)
            for place in range(10):
                for stream in streams:
                    picture = scene(1, size=(stream.width, stream.height))[0]
                    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
                    frame.pts, frame.time_base = place, Fraction(1, 25)
                    container.mux(stream.encode(frame))
            for stream in streams:
                container.mux(stream.encode())
        return tmp_path / name

    assert probe(write("a.mkv", default=160), max_pixels=MAX_PIXELS).width_px == 160
    assert probe(write("b.mkv", default=None), max_pixels=MAX_PIXELS).width_px == 320


def test_a_song_with_a_cover_is_sound_without_pictures(tone, tmp_path):
    cover = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(cover, "JPEG")
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        picture = container.add_stream("mjpeg", rate=1)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        packet = av.Packet(cover.getvalue())
        packet.stream, packet.pts, packet.dts, packet.time_base = picture, 0, 0, Fraction(1, 1)
        container.mux(packet)
        for place in range(20):
            block = av.AudioFrame.from_ndarray(tone(1.0)[None, :1024], "fltp", "mono")
            block.sample_rate, block.pts, block.time_base = 48_000, place * 1024, Fraction(1, 48_000)
            container.mux(audio.encode(block))
        container.mux(audio.encode())

    error = refusal(path)

    assert (error.kind, error.reason) == ("not_a_video", "sound without pictures")


def test_a_wave_file_is_not_a_video(tmp_path):
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))

    assert refusal(tmp_path / "a.wav").kind == "not_a_video"


@pytest.mark.parametrize("content", [b"<!doctype html><title>404</title>", bytes(5000), b"{}" * 300])
def test_something_else_is_not_a_video(content, tmp_path):
    (tmp_path / "video.mp4").write_bytes(content)

    assert refusal(tmp_path / "video.mp4").kind == "not_a_video"


def test_random_bytes_are_not_a_video(tmp_path):
    (tmp_path / "video.mp4").write_bytes(np.random.default_rng(5).bytes(200_000))

    assert refusal(tmp_path / "video.mp4").kind == "not_a_video"


def test_a_container_without_its_index_is_a_broken_video(film, tmp_path):
    content = film.read_bytes()
    (tmp_path / "a.mp4").write_bytes(content[: content.index(b"moov")])

    error = refusal(tmp_path / "a.mp4")

    assert error.kind == "broken"
    assert "container cannot be read" in error.reason


def test_a_film_of_which_no_picture_can_be_decoded_is_broken(film, tmp_path):
    content = bytearray(film.read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = bytes(end - start)
    (tmp_path / "a.mp4").write_bytes(content)

    assert refusal(tmp_path / "a.mp4").kind == "broken"


def test_a_picture_declared_too_large_is_told_and_not_decoded(film):
    facts = probe(film, max_pixels=1000)

    assert (facts.width_px, facts.height_px) == (320, 180)
