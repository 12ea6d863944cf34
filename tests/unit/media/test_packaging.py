"""Streams copied into what players read."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clips import make_clip

from kinodex.domain.errors import VideoBroken
from kinodex.media.pyav import PyavReader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip", seconds=12)


def _package(path: Path, folder: Path):
    reader = PyavReader()
    shares: list[float] = []
    package = reader.package(path, folder, facts=reader.probe(path), progress=shares.append)
    return package, shares


def _times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [round(frame.time, 3) for frame in container.decode(video=0)]


def _written(path: Path, *, codec: str, container: str, shift: int = 0, **options: str) -> Path:
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = options
        for number in range(40):
            frame = av.VideoFrame.from_ndarray(np.full((240, 320, 3), number * 6, np.uint8))
            frame.pts, frame.time_base = number + shift, Fraction(1, 10)
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
    return path


def test_a_player_gets_the_same_pictures_at_the_same_times_and_the_sound(clip: Path, tmp_path: Path) -> None:
    package, _ = _package(clip, tmp_path)
    assert package.flaw is None
    assert _times(package.stream) == _times(clip)
    with av.open(str(package.stream)) as stream:
        assert [each.codec_context.name for each in stream.streams] == ["h264", "aac"]


def test_the_parts_of_the_playlist_are_the_file_end_to_end_and_each_begins_with_a_whole_picture(
    clip: Path, tmp_path: Path
) -> None:
    package, _ = _package(clip, tmp_path)
    lines = package.playlist.read_text().splitlines()
    ranges = [line.partition(":")[2] for line in lines if line.startswith("#EXT-X-BYTERANGE")]
    parts = [tuple(map(int, each.split("@"))) for each in ranges]
    (header,) = [line for line in lines if line.startswith("#EXT-X-MAP")]
    end = int(header.partition('BYTERANGE="')[2].partition("@")[0])
    content = package.stream.read_bytes()
    for length, start in parts:
        assert start == end
        end = start + length
        piece = tmp_path / "piece.mp4"
        piece.write_bytes(content[: parts[0][1]] + content[start:end])
        assert _times(piece)
    assert len(parts) > 1
    assert end <= len(content)
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert {line for line in lines if not line.startswith("#")} == {"stream.mp4"}


@pytest.mark.parametrize(
    ("container", "shift"), [("mp4", 0), ("matroska", 0), ("mpegts", 0), ("mpegts", 36_000), ("mp4", 50)]
)
def test_the_first_picture_is_shown_at_zero_even_where_pictures_wait_for_one_another(
    tmp_path: Path, container: str, shift: int
) -> None:
    path = _written(tmp_path / "in", codec="libx264", container=container, shift=shift, bf="3", g="10")
    package, _ = _package(path, tmp_path / "out")
    times = _times(package.stream)
    assert times == pytest.approx([number / 10 for number in range(40)], abs=0.002)


def test_what_no_player_knows_is_said_and_leaves_no_file(tmp_path: Path) -> None:
    path = _written(tmp_path / "old", codec="mpeg4", container="avi")
    package, _ = _package(path, tmp_path / "out")
    assert (package.stream, package.playlist) == (None, None)
    assert package.flaw == "players do not know pictures in mpeg4"
    assert list((tmp_path / "out").iterdir()) == []


def test_packaging_again_replaces_what_a_cut_off_one_left(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "stream.mp4").write_bytes(b"half")
    (tmp_path / "playlist.m3u8").write_text("half")
    package, _ = _package(clip, tmp_path)
    assert _times(package.stream) == _times(clip)


def test_a_picture_turned_by_a_telephone_stays_turned(clip: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned"
    with av.open(str(clip)) as source, av.open(str(turned), "w", format="mp4") as output:
        copy = output.add_stream_from_template(source.streams.video[0])
        copy.set_display_rotation(90) if hasattr(copy, "set_display_rotation") else pytest.skip("no setter")
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)
    package, _ = _package(turned, tmp_path / "out")
    assert PyavReader().probe(package.stream).rotation_deg == PyavReader().probe(turned).rotation_deg != 0


def test_a_damaged_file_says_so(clip: Path, tmp_path: Path) -> None:
    facts = PyavReader().probe(clip)
    broken = tmp_path / "broken"
    broken.write_bytes(clip.read_bytes()[:2000])
    with pytest.raises(VideoBroken):
        PyavReader().package(broken, tmp_path / "out", facts=facts, progress=lambda _: None)
