"""What becomes of files, one of every kind: ready, or a code and a sentence."""

import re
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from films import STBL, TRAK, Film, Sound, copy, find_boxes, patched, write_film
from forked_decoder import ForkedDecoder
from odd_files import (
    DISGUISES,
    FTYP,
    changed_in,
    declared,
    edited,
    encrypted,
    external_reference,
    flat,
    gzipped,
    large_box,
    many_streams,
    padded,
    raw,
    recursive,
    sound_only,
    still,
    still_of_brand,
    tag,
    tagged,
    truncated,
)

from kinodex.domain.errors import KinodexError
from kinodex.domain.limits import V1_1, V1_3, Limits, check_duration, check_facts
from kinodex.domain.media import Decoded, MediaFacts
from kinodex.media import pyav
from kinodex.media.pyav import PyavReader

MIB = 1024 * 1024
SOUND = (Sound(),)
NO_EDITS = {"use_editlist": "0"}
SPARSE: dict[str, Any] = {"codec": "mpeg4", "ticks": 10, "fps": 10, "muxer": NO_EDITS}


@dataclass(frozen=True)
class Read:
    """A file that was taken."""

    facts: MediaFacts
    decoded: Decoded


@pytest.fixture(scope="module")
def decoder() -> Iterator[ForkedDecoder]:
    forked = ForkedDecoder()
    yield forked
    forked.close()


@pytest.fixture
def index(decoder: ForkedDecoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Read]:
    """Do to a file what the indexing does, up to the decode pass and the second look at its length."""
    monkeypatch.setattr(pyav, "run_job", decoder.run_job)

    def run(path: Path, *, limits: Limits = V1_1) -> Read:
        reader = PyavReader()
        facts = reader.probe(path)
        check_facts(facts, limits)
        decoded = reader.decode(path, tmp_path / "decoded", facts=facts, progress=lambda _: None)
        check_duration(decoded.duration_s, limits)
        return Read(facts, decoded)

    return run


def _film(name: str = "a.mp4", **changes: Any) -> Callable[[Path], Path]:
    return lambda folder: write_film(folder / name, Film(**changes))


def _at(make: Callable[[Path], Path], name: str = "a.mp4") -> Callable[[Path], Path]:
    return lambda folder: make(folder / name)


CONTAINERS = {
    "mp4, index first": ("a.mp4", {"sounds": SOUND, "muxer": {"movflags": "+faststart"}}, "mov,"),
    "mp4, index last": ("a.mp4", {"sounds": SOUND}, "mov,"),
    "mp4 in fragments": (
        "a.mp4",
        {"muxer": {"movflags": "frag_keyframe+empty_moov"}, "sounds": SOUND},
        "mov,",
    ),
    "mov": ("a.mov", {}, "mov,"),
    "m4v": ("a.m4v", {"form": "ipod"}, "mov,"),
    "3gp": ("a.3gp", {"sounds": (Sound(codec="libopencore_amrnb", rate_hz=8000),)}, "mov,"),
    "mkv": ("a.mkv", {"sounds": SOUND}, "matroska"),
    "webm": ("a.webm", {"codec": "libvpx", "sounds": (Sound(codec="libopus"),)}, "matroska"),
    "avi": ("a.avi", {"codec": "mpeg4", "sounds": (Sound(codec="libmp3lame"),)}, "avi"),
    "ts": ("a.ts", {"sounds": SOUND}, "mpegts"),
    "mpg": ("a.mpg", {"codec": "mpeg2video", "fps": 25, "sounds": (Sound(codec="mp2"),)}, "mpeg"),
    "flv": ("a.flv", {"codec": "flv", "ticks": 1000, "sounds": (Sound(rate_hz=44_100),)}, "flv"),
    "ogv": ("a.ogv", {"codec": "libvpx", "form": "ogg", "seconds": 12}, "ogg"),
    "wmv": (
        "a.wmv",
        {"codec": "wmv2", "ticks": 1000, "sounds": (Sound(codec="libmp3lame"),)},
        "asf",
    ),
}
CODECS = {
    "H.264 of 10 bits": ("a.mp4", {"pixels": "yuv420p10le"}, "h264"),
    "H.264 4:4:4": ("a.mp4", {"pixels": "yuv444p"}, "h264"),
    "HEVC": ("a.mp4", {"codec": "libx265"}, "hevc"),
    "HEVC of 10 bits": ("a.mkv", {"codec": "libx265", "pixels": "yuv420p10le"}, "hevc"),
    "VP8": ("a.webm", {"codec": "libvpx"}, "vp8"),
    "VP9": ("a.webm", {"codec": "libvpx-vp9"}, "vp9"),
    "AV1": ("a.mp4", {"codec": "libsvtav1"}, "av1"),
    "MPEG-2": ("a.ts", {"codec": "mpeg2video", "fps": 25}, "mpeg2video"),
    "MPEG-4": ("a.mp4", {"codec": "mpeg4"}, "mpeg4"),
    "Motion JPEG": ("a.mov", {"codec": "mjpeg", "pixels": "yuvj420p"}, "mjpeg"),
    "ProRes": ("a.mov", {"codec": "prores_ks", "pixels": "yuv422p10le"}, "prores"),
    "FFV1": ("a.mkv", {"codec": "ffv1"}, "ffv1"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_read(name: str, index: Callable[..., Read], tmp_path: Path) -> None:
    file, changes, container = CONTAINERS[name]

    read = index(_film(file, **changes)(tmp_path))

    assert read.facts.container.startswith(container)
    assert 10.0 <= read.decoded.duration_s <= 12.0
    assert len(read.decoded.shots) == 3
    assert read.decoded.has_sound == bool(changes.get("sounds"))
    assert read.decoded.warnings == ()


@pytest.mark.parametrize("name", CODECS)
def test_every_codec_is_read(name: str, index: Callable[..., Read], tmp_path: Path) -> None:
    file, changes, codec = CODECS[name]

    read = index(_film(file, **changes)(tmp_path))

    assert read.facts.video_codec == codec
    assert read.decoded.duration_s == pytest.approx(11.0, abs=0.1)
    assert len(read.decoded.shots) == 3
    assert read.decoded.warnings == ()


def _rotated(degrees: int) -> Callable[[Any], None]:
    return lambda stream: stream.set_display_rotation(degrees)


def _anamorphic(stream: Any) -> None:
    stream.codec_context.sample_aspect_ratio = Fraction(4, 3)


def _interlaced(stream: Any) -> None:
    stream.codec_context.options = {"flags": "+ildct+ilme"}


def _timecode(stream: Any) -> None:
    stream.metadata["timecode"] = "01:00:00:00"


SHAPES: dict[str, tuple[str, dict[str, Any], tuple[int, int]]] = {
    "silent sound": ("a.mp4", {"sounds": (Sound(is_silent=True),)}, (640, 360)),
    "sound of six channels": ("a.mp4", {"sounds": (Sound(layout="5.1"),)}, (640, 360)),
    "two sound tracks": ("a.mkv", {"sounds": (Sound(), Sound(codec="libopus"))}, (640, 360)),
    "sound that comes late": ("a.mkv", {"sounds": (Sound(start_s=3.0),)}, (640, 360)),
    "a time code track": ("a.mov", {"prepare": _timecode}, (640, 360)),
    "rotated by 90 degrees": ("a.mp4", {"prepare": _rotated(90)}, (360, 640)),
    "rotated by 180 degrees": ("a.mp4", {"prepare": _rotated(180)}, (640, 360)),
    "rotated by 270 degrees": ("a.mp4", {"prepare": _rotated(270)}, (360, 640)),
    "pixels that are not square": ("a.mkv", {"prepare": _anamorphic, "size": (480, 360)}, (640, 360)),
    "sides that are odd": ("a.avi", {"codec": "mjpeg", "pixels": "yuvj420p", "size": (641, 361)}, (641, 361)),
    "taller than wide": ("a.mp4", {"size": (360, 640)}, (360, 640)),
    "interlaced": ("a.ts", {"codec": "mpeg2video", "fps": 25, "prepare": _interlaced}, (640, 360)),
    "60 pictures a second": ("a.mp4", {"codec": "mpeg4", "fps": 60, "seconds": 10.0}, (640, 360)),
    "negative time stamps": ("a.mkv", {"start_s": -1.0}, (640, 360)),
    "a clock of 26 hours": ("a.ts", {"start_s": 94_000.0}, (640, 360)),
    "pictures that refer to later ones": (
        "a.mp4",
        {"options": {"preset": "medium", "bf": "3"}, "seconds": 11.0},
        (640, 360),
    ),
    "a rate that varies": (
        "a.mkv",
        {"times_s": [*(0.5 * place for place in range(10)), *(5 + 0.2 * place for place in range(31))]},
        (640, 360),
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_is_read_as_it_is_shown(name: str, index: Callable[..., Read], tmp_path: Path) -> None:
    file, changes, size = SHAPES[name]

    read = index(_film(file, **changes)(tmp_path))

    assert (read.facts.width_px, read.facts.height_px) == size
    assert 9.99 <= read.decoded.duration_s <= 11.5
    assert read.decoded.frames[0].at_s == 0
    assert read.decoded.warnings == ()


def test_an_edit_list_says_what_is_shown(index: Callable[..., Read], tmp_path: Path) -> None:
    """The first two seconds of the samples are not part of the film."""
    path = edited(tmp_path / "a.mp4", lambda content: _starting_at(content, 2.0), seconds=13.0, codec="mpeg4")

    read = index(path)

    assert read.decoded.duration_s == pytest.approx(11.0, abs=0.1)
    assert read.decoded.warnings == ()


def _starting_at(content: bytes, seconds: float) -> bytes:
    (mdhd, _), (mvhd, _) = (
        next(find_boxes(content, *TRAK, b"mdia", b"mdhd")),
        next(find_boxes(content, b"moov", b"mvhd")),
    )
    (media,) = struct.unpack_from(">I", content, mdhd + 20)
    (movie,) = struct.unpack_from(">I", content, mvhd + 20)
    value = struct.pack(">II", round(11 * movie), round(seconds * media))
    return patched(content, (*TRAK, b"edts", b"elst"), 8, value)


def test_a_cover_is_not_the_video(index: Callable[..., Read], tmp_path: Path) -> None:
    film, cover = (
        write_film(tmp_path / "film.mp4", Film()),
        flat(tmp_path / "cover.mov", 1400, codec="mjpeg", pixels="yuvj420p"),
    )
    path = tmp_path / "a.mp4"
    with av.open(str(film)) as old, av.open(str(cover)) as picture, av.open(str(path), "w") as new:
        pictures = new.add_stream_from_template(old.streams.video[0])
        attached = new.add_stream_from_template(picture.streams.video[0])
        attached.disposition = av.stream.Disposition.attached_pic
        for packet in old.demux():
            if packet.dts is not None:
                packet.stream = pictures
                new.mux(packet)
        packet = next(packet for packet in picture.demux() if packet.size)
        packet.stream = attached
        new.mux(packet)

    read = index(path)

    assert (read.facts.video_codec, read.facts.width_px) == ("h264", 640)


def test_subtitles_are_counted_and_in_nobodys_way(index: Callable[..., Read], tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    film = write_film(tmp_path / "film.mkv", Film())
    (tmp_path / "a.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nMind the gap\n")
    with av.open(str(film)) as old, av.open(str(tmp_path / "a.srt")) as said, av.open(str(path), "w") as new:
        pictures = new.add_stream_from_template(old.streams.video[0])
        titles = new.add_stream_from_template(said.streams.subtitles[0])
        for source, stream in ((old, pictures), (said, titles)):
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = stream
                    new.mux(packet)

    assert index(path).facts.subtitle_streams == 1


def test_of_two_picture_streams_the_largest_is_taken(index: Callable[..., Read], tmp_path: Path) -> None:
    read = index(many_streams(tmp_path / "a.mkv", 2))

    assert read.decoded.frame_count == 22


def test_a_size_that_changes_midway_is_followed(index: Callable[..., Read], tmp_path: Path) -> None:
    common = {"codec": "mpeg2video", "fps": 25, "seconds": 6.0}
    small = write_film(tmp_path / "a.ts", Film(**common))
    large = write_film(tmp_path / "b.ts", Film(**common, size=(960, 540), start_s=6.0))
    (tmp_path / "c.ts").write_bytes(small.read_bytes() + large.read_bytes())

    read = index(tmp_path / "c.ts")

    assert read.decoded.duration_s == pytest.approx(12.0, abs=0.2)
    assert {frame.width_px for frame in read.decoded.frames} == {640}
    assert {frame.height_px for frame in read.decoded.frames} == {360}


def _sparse(seconds: float) -> Callable[[Path], Path]:
    """A long film of a picture a minute; its last one lasts a tenth of a second."""
    times = [*(60.0 * place for place in range(int(seconds // 60))), seconds - 0.1]
    return _film(times_s=times, codec="mpeg4", ticks=10, fps=10)


TAKEN: dict[str, tuple[Callable[[Path], Path], Limits]] = {
    "10.0 s": (_film(seconds=10.0), V1_1),
    "7200 s": (_sparse(7200.0), V1_1),
    "359 px in another version's wider box is not, 360 px is": (_film(size=(640, 360)), V1_3),
    "1078 px high": (_film(size=(1916, 1078), codec="mpeg4", fps=1), V1_1),
    "5184x2160": (_film(size=(5184, 2160), codec="mpeg4", fps=1, seconds=4.0), V1_3),
    "headers of 10 hours": (_at(declared(36_000.0, muxer=NO_EDITS)), V1_1),
    "33 streams": (lambda folder: many_streams(folder / "a.mkv", 33), V1_1),
    "headers of 100,000 pictures a second": (
        _film(fps=100_000, ticks=100_000, times_s=[0.5 * place for place in range(22)]),
        V1_1,
    ),
    "a thousand pictures a second": (
        lambda folder: edited(
            folder / "a.mkv",
            lambda content: content,
            times_s=[0, *(5 + place * 1e-3 for place in range(50)), 11],
        ),
        V1_1,
    ),
    "samples said to be in another file, which is not opened": (_at(external_reference), V1_1),
    "a table of 2^32 samples": (_at(changed_in((*STBL, b"stts"), 8, b"\xff\xff\xff\xff")), V1_1),
    "65 streams, of which 64 are seen": (lambda folder: many_streams(folder / "a.mkv", 65), V1_1),
    "a media box of 64 bits": (_at(large_box), V1_1),
    "tags with a NUL": (_at(tagged(tag(b"\xa9nam", b"a\0b"))), V1_1),
    "tags that are no UTF-8": (_at(tagged(tag(b"\xa9nam", b"\xff\xfe\xfa"))), V1_1),
    "100,000 tags": (_at(tagged(tag(b"\xa9nam", b"x" * 8) * 100_000)), V1_1),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_keeps_the_limits_is_taken(name: str, index: Callable[..., Read], tmp_path: Path) -> None:
    make, limits = TAKEN[name]

    read = index(make(tmp_path), limits=limits)

    assert read.decoded.frame_count >= 4


REFUSED: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    # limits
    "9.9 s": (
        _film(seconds=9.9, fps=10, codec="mpeg4"),
        "video_duration_too_short",
        r"9\.90 s is below the minimum of 10 s",
    ),
    "7201 s": (_sparse(7201.0), "video_duration_too_long", r"7201\.00 s is above the maximum of 7200 s"),
    "359 px": (
        _film("a.avi", size=(640, 359), codec="mjpeg", pixels="yuvj420p"),
        "video_resolution_too_low",
        "640x359 is too low: the short side is 359 px and the minimum is 360 px",
    ),
    "1080 px": (
        _film(size=(1920, 1080), codec="mpeg4", fps=1),
        "video_resolution_too_high",
        "the short side is 1080 px and must be below 1080 px",
    ),
    "more bytes than allowed": (
        _at(padded(2 * 1024 * MIB + 1)),
        "video_filesize_too_large",
        "2147483649 bytes; the maximum is 2147483648 bytes",
    ),
    "one picture": (_film(seconds=0.5), "video_duration_too_short", r"0\.50 s is below the minimum of 10 s"),
    "no picture": (_at(changed_in((*STBL, b"stsz"), 8, bytes(4))), "video_file_broken", "cannot be decoded"),
    "headers of 12 s on 3 hours": (
        _at(declared(12.0, times_s=[60.0 * place for place in range(180)], **SPARSE)),
        "video_duration_too_long",
        r"above the maximum of 7200 s",
    ),
    "headers of 10 hours on 5 s": (
        _at(declared(36_000.0, seconds=5.0, muxer=NO_EDITS)),
        "video_duration_too_short",
        r"5\.00 s is below",
    ),
    # no video
    "sound only": (_at(sound_only), "unsupported_file_type", "sound without pictures"),
    "PNG": (_at(still("PNG")), "unsupported_file_type", "a PNG picture"),
    "JPEG": (_at(still("JPEG")), "unsupported_file_type", "a JPEG picture"),
    "GIF": (_at(still("GIF")), "unsupported_file_type", "a GIF picture"),
    "AVIF": (_at(still_of_brand(b"avif")), "unsupported_file_type", "an AVIF picture"),
    "HEIC": (_at(still_of_brand(b"heic")), "unsupported_file_type", "a HEIC picture"),
    "PDF": (_at(raw(b"%PDF-1.7\n" + bytes(900))), "unsupported_file_type", "a PDF document"),
    "a program": (_at(raw(b"MZ\x90\0" + bytes(900))), "unsupported_file_type", "a program"),
    "subtitles": (
        _at(raw(b"1\n00:00:01,000 --> 00:00:02,000\nHello\n")),
        "unsupported_file_type",
        "SRT subtitles",
    ),
    "an archive": (_at(gzipped), "unsupported_file_type", "a gzip archive"),
    "nothing": (_at(raw(b"")), "file_empty", r"0 bytes"),
    "encrypted": (_at(encrypted), "video_file_broken", "encrypted"),
    "a codec nobody knows": (
        _at(changed_in((*STBL, b"stsd"), 12, b"zzzz")),
        "video_file_broken",
        "no decoder",
    ),
    "the first half, without an index": (
        _at(truncated(0.5)),
        "video_file_broken",
        "container cannot be read",
    ),
    "a beginning and nothing else": (_at(raw(FTYP + bytes(600))), "video_file_broken", "cannot be"),
    # made to do harm
    "a bomb of PNG": (
        lambda folder: flat(folder / "a.mov", 4096, codec="png", pixels="rgb24"),
        "video_file_broken",
        "more than",
    ),
    "a bomb of JPEG": (
        lambda folder: flat(folder / "a.mov", 8192, codec="mjpeg", pixels="yuvj420p"),
        "video_file_broken",
        "more than 11943936 pixels",
    ),
    "a bomb of H.264": (
        lambda folder: flat(folder / "a.mp4", 4096, codec="libx264", pixels="yuv420p"),
        "video_resolution_too_high",
        "4096x4096",
    ),
    "boxes of no size": (
        _at(raw(FTYP + bytes(4) + b"moov" + bytes(4) + b"trak" + bytes(600))),
        "unsupported_file_type",
        "without any video stream",
    ),
    "boxes in boxes": (_at(recursive), "video_file_broken", "cannot be"),
    "2^32 entries": (
        _at(changed_in((*STBL, b"stsz"), 8, b"\xff\xff\xff\xff")),
        "video_file_broken",
        "cannot be",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_a_rule_is_refused_with_a_code_and_a_sentence(
    name: str, index: Callable[..., Read], decoder: ForkedDecoder, tmp_path: Path
) -> None:
    make, code, sentence = REFUSED[name]
    path = make(tmp_path)
    decoder.slowest_s = decoder.peak_bytes = 0

    with pytest.raises(KinodexError) as caught:
        index(path)

    assert caught.value.code == code, caught.value
    assert re.search(sentence, caught.value.message), caught.value.message
    assert decoder.slowest_s < 10
    assert decoder.peak_bytes < 200 * MIB


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_list_named_like_a_video_leads_nowhere(
    disguise: str, index: Callable[..., Read], decoder: ForkedDecoder, tmp_path: Path
) -> None:
    """Also where it is not seen to be one at once."""
    write_film(tmp_path / "neighbour.mp4", Film(seconds=1.0))
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.05)
        text = (
            DISGUISES[disguise]
            .replace("{folder}", str(tmp_path))
            .replace("{port}", str(trap.getsockname()[1]))
        )
        for beginning in ("", " \n" * 300):
            (tmp_path / "a.mp4").write_text(beginning + text)
            with pytest.raises(KinodexError) as caught:
                index(tmp_path / "a.mp4")
            assert caught.value.code == "unsupported_file_type"
        with pytest.raises(TimeoutError):
            trap.accept()


def test_a_film_copied_packet_by_packet_is_the_same_film(index: Callable[..., Read], tmp_path: Path) -> None:
    film = write_film(tmp_path / "a.mp4", Film(sounds=SOUND))

    assert index(copy(film, tmp_path / "b.mkv")).decoded.shots == index(film).decoded.shots
