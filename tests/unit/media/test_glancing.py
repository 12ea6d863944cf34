"""A part of a file tells what is sure, and nothing more."""

import struct
from pathlib import Path

import av
import pytest

from kinodex.domain.media import Glimpse
from kinodex.media.glancing import MATROSKA, MP4, Known, glance

MAX_PIXELS = 5184 * 2304


def _part(path: Path, size_bytes: int, *, total_bytes: int | None = None) -> Glimpse:
    """Look at the first bytes of a file that is on its way."""
    content = path.read_bytes()
    part = path.with_suffix(".part")
    part.write_bytes(content[:size_bytes])
    size_bytes = min(size_bytes, len(content))
    return glance(part, Known([(0, size_bytes)], total_bytes or len(content)), max_pixels=MAX_PIXELS)


def _long(path: Path, *, seconds: float, step_s: float = 5.0, container: str = "mp4") -> Path:
    """A film that lasts long and is small: pictures of one colour, seconds apart."""
    options = {"movflags": "faststart"} if container == "mp4" else {}
    with av.open(str(path), "w", format=container, options=options) as output:
        video = output.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 640, 360, "yuv420p"
        frame = av.VideoFrame(640, 360, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([128]) * plane.buffer_size)
        for number in range(round(seconds / step_s)):
            frame.pts = round(number * step_s * 25)
            output.mux(video.encode(frame))
        output.mux(video.encode())
    return path


@pytest.fixture(scope="module")
def three_hours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _long(tmp_path_factory.mktemp("long") / "long.mp4", seconds=10_800)


@pytest.fixture(scope="module")
def three_hours_of_matroska(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _long(tmp_path_factory.mktemp("long") / "long.mkv", seconds=10_800, container="matroska")


def test_an_index_at_the_front_tells_how_long_the_whole_lasts(three_hours: Path) -> None:
    size_bytes = three_hours.stat().st_size
    seen = _part(three_hours, size_bytes // 2)
    assert (seen.container, seen.video_codec) == (MP4, "h264")
    assert (seen.width_px, seen.height_px, seen.is_size_sure) == (640, 360, True)
    assert seen.is_duration_sure
    assert seen.is_settled
    assert seen.duration_s == pytest.approx(10_800, abs=6)
    assert seen.least_duration_s == pytest.approx(10_795, abs=6)


def test_half_an_index_tells_nothing_sure(three_hours: Path) -> None:
    index_bytes = three_hours.read_bytes().index(b"mdat")
    seen = _part(three_hours, index_bytes // 2)
    assert seen == Glimpse(container=MP4, duration_s=pytest.approx(10_800, abs=6))


def test_an_index_that_names_more_than_the_file_holds_counts_as_far_as_it_goes(three_hours: Path) -> None:
    content = three_hours.read_bytes()
    index_bytes = content.index(b"mdat")
    total_bytes = index_bytes + (len(content) - index_bytes) // 2
    seen = _part(three_hours, total_bytes - 10, total_bytes=total_bytes)
    assert not seen.is_duration_sure
    assert seen.least_duration_s is not None
    assert 1 < seen.least_duration_s < 9_000


@pytest.mark.parametrize("said_s", [1, 18_000])
def test_a_movie_header_that_lies_is_not_believed(said_s: int, film: Path, tmp_path: Path) -> None:
    with av.open(str(film)) as source:
        path = tmp_path / "lie.mp4"
        with av.open(str(path), "w", options={"movflags": "faststart"}) as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            for packet in source.demux(source.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
    content = bytearray(path.read_bytes())
    for box, at in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        place = content.index(box) + at
        content[place : place + 4] = (1000 * said_s).to_bytes(4, "big")
    path.write_bytes(content)

    seen = _part(path, len(content) - 1000)
    assert seen.duration_s == pytest.approx(6.0, abs=0.1)
    assert seen.least_duration_s is not None
    assert seen.least_duration_s <= 6.0


def test_an_index_behind_the_pictures_is_read_where_both_ends_are_there(film: Path, tmp_path: Path) -> None:
    content = film.read_bytes()
    index_at = content.index(b"moov") - 4
    ends = [(0, 50_000), (index_at, len(content))]
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        for start, end in ends:
            file.seek(start)
            file.write(content[start:end])

    seen = glance(path, Known(ends, len(content)), max_pixels=MAX_PIXELS)
    assert (seen.is_duration_sure, seen.is_size_sure) == (True, True)
    assert seen.duration_s == pytest.approx(6.0, abs=0.05)
    assert seen.fps == pytest.approx(25.0, abs=0.2)
    assert seen.audio_codec == "aac"
    assert glance(path, Known(ends[:1], len(content)), max_pixels=MAX_PIXELS).duration_s is None


def test_matroska_counts_as_long_where_header_and_pace_agree(three_hours_of_matroska: Path) -> None:
    size_bytes = three_hours_of_matroska.stat().st_size
    seen = _part(three_hours_of_matroska, size_bytes // 4)
    assert seen.container == MATROSKA
    assert seen.is_size_sure
    assert seen.least_duration_s is not None
    assert seen.least_duration_s > 9_000
    # The same beginning of a file that was cut off: what the header says is not there.
    cut = _part(three_hours_of_matroska, size_bytes // 4, total_bytes=size_bytes // 3)
    assert cut.least_duration_s is not None
    assert cut.least_duration_s < 4_500


@pytest.mark.parametrize("said_s", [1.0, 18_000.0])
def test_a_matroska_header_that_lies_is_not_believed(said_s: float, scene, write_film, tmp_path) -> None:
    path = write_film(tmp_path / "a.mkv", scene(1, seconds=8))
    content = bytearray(path.read_bytes())
    place = content.index(b"\x44\x89\x88") + 3
    content[place : place + 8] = struct.pack(">d", said_s * 1000)
    path.write_bytes(content)
    seen = _part(path, len(content) * 3 // 4)
    assert seen.least_duration_s is None or seen.least_duration_s < 12


def test_sound_alone_is_known_by_the_head_whatever_its_name(tone, tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        audio = container.add_stream("aac", rate=48_000, layout="mono")
        samples = tone(6.0)
        for start in range(0, len(samples) - 1023, 1024):
            block = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], "fltp", "mono")
            block.sample_rate, block.pts = 48_000, start
            container.mux(audio.encode(block))
        container.mux(audio.encode())
    seen = _part(path, path.stat().st_size // 2)
    assert seen.not_a_video == "sound without pictures"


@pytest.mark.parametrize("ending", ["ts", "mpg", "ogv"])
def test_containers_without_a_head_tell_no_duration(ending: str, scene, write_film, tmp_path: Path) -> None:
    codecs = {"ts": "libx264", "mpg": "mpeg1video", "ogv": "libvpx"}
    path = write_film(tmp_path / f"film.{ending}", scene(1, seconds=1), codec=codecs[ending])
    seen = _part(path, path.stat().st_size // 2)
    assert (seen.duration_s, seen.least_duration_s, seen.not_a_video) == (None, None, None)
    assert not seen.is_size_sure


def test_what_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(1, 255)) * 100)
    assert glance(path, Known([(0, 1000)], None), max_pixels=MAX_PIXELS) == Glimpse()
