"""
Films changed at random: each is read, or refused in words; none kills its reader or keeps it waiting.

The same changes in every run. Each file has children of its own, confined as in the product.
"""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from films import Film, Sound, write_film
from forked_decoder import ForkedDecoder

from kinodex.domain.errors import DecoderLost, NotAVideo, VideoBroken
from kinodex.media import pyav
from kinodex.media.pyav import PyavReader

SMALL = {"size": (160, 90), "seconds": 4.0, "fps": 5}
SOUND = (Sound(seconds=4.0),)
FILMS: dict[str, tuple[str, Film]] = {
    "H.264 in MP4": ("a.mp4", Film(**SMALL, sounds=SOUND)),  # type: ignore[arg-type]
    "MPEG-4 in MP4": ("a.mp4", Film(**SMALL, codec="mpeg4", sounds=SOUND)),  # type: ignore[arg-type]
    "HEVC in MP4": ("a.mp4", Film(**SMALL, codec="libx265")),  # type: ignore[arg-type]
    "AV1 in MP4": ("a.mp4", Film(**SMALL, codec="libsvtav1")),  # type: ignore[arg-type]
    "VP9 in WebM": ("a.webm", Film(**SMALL, codec="libvpx-vp9")),  # type: ignore[arg-type]
    "H.264 in TS": ("a.ts", Film(**SMALL, sounds=SOUND)),  # type: ignore[arg-type]
    "Motion JPEG in AVI": ("a.avi", Film(**SMALL, codec="mjpeg", pixels="yuvj420p")),  # type: ignore[arg-type]
}
BOXES = (b"ftyp", b"moov", b"mvhd", b"trak", b"mdia", b"stbl", b"stsd", b"stts", b"stsc", b"stsz", b"stco")
CHUNKS = (b"mdat", b"LIST", b"strh", b"idx1", b"\x1aE\xdf\xa3", b"\x18S\x80g", b"\x1fC\xb6u")

Mutate = Callable[[bytearray, np.random.Generator], bytes]


def flip_bits(content: bytearray, random: np.random.Generator) -> bytes:
    for place in random.integers(0, len(content), int(random.integers(1, 60))):
        content[place] ^= 1 << int(random.integers(0, 8))
    return bytes(content)


def change_a_size(content: bytearray, random: np.random.Generator) -> bytes:
    """Change the number before, or after, the name of a box: its size, or what it counts."""
    marks = [mark for mark in BOXES + CHUNKS if mark in content]
    if not marks:  # a transport stream has none; the first bytes of its packets do
        marks = [bytes(content[place : place + 4]) for place in range(0, len(content), 188)]
    place = content.index(marks[int(random.integers(0, len(marks)))]) + int(random.choice([-4, 4, 8]))
    value = int(random.choice([0, 1, 7, 2**16, 2**31 - 1, 2**31, 2**32 - 1]))
    struct.pack_into(">I", content, min(max(0, place), len(content) - 4), value)
    return bytes(content)


def cut_off(content: bytearray, random: np.random.Generator) -> bytes:
    return bytes(content[: int(random.integers(1, len(content)))])


def splice(content: bytearray, random: np.random.Generator) -> bytes:
    """Put one stretch of the file in the place of another."""
    start, end, target = np.sort(random.integers(0, len(content), 3))
    piece = content[int(start) : int(end)]
    return bytes(content[: int(target)] + piece + content[int(target) + len(piece) // 2 :])


def overwrite(content: bytearray, random: np.random.Generator) -> bytes:
    start = int(random.integers(0, len(content)))
    length = min(int(random.integers(1, 2000)), len(content) - start)
    content[start : start + length] = random.bytes(length)
    return bytes(content)


MUTATIONS: tuple[Mutate, ...] = (flip_bits, change_a_size, cut_off, splice, overwrite)


@pytest.fixture(scope="module")
def decoder() -> Iterator[ForkedDecoder]:
    forked = ForkedDecoder()
    yield forked
    forked.close()


@pytest.fixture
def reader(decoder: ForkedDecoder, monkeypatch: pytest.MonkeyPatch) -> PyavReader:
    monkeypatch.setattr(pyav, "run_job", decoder.run_job)
    return PyavReader()


@pytest.mark.parametrize(
    ("first", "number"),
    [pytest.param(0, 10, id="10"), pytest.param(10, 65, id="65 more", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize("kind", FILMS)
def test_a_film_changed_at_random_is_read_or_refused(
    kind: str, first: int, number: int, reader: PyavReader, decoder: ForkedDecoder, tmp_path: Path
) -> None:
    name, film = FILMS[kind]
    original, path = write_film(tmp_path / name, film).read_bytes(), tmp_path / "source"
    outcomes = []
    for seed in range(first, first + number):
        random = np.random.default_rng(seed)
        path.write_bytes(MUTATIONS[seed % len(MUTATIONS)](bytearray(original), random))
        outcomes.append(_outcome(reader, path, tmp_path / "decoded"))

    assert "lost" not in outcomes, [first + place for place, one in enumerate(outcomes) if one == "lost"]
    assert len(outcomes) == number
    assert decoder.slowest_s < 10
    assert "read" in outcomes


def _outcome(reader: PyavReader, path: Path, folder: Path) -> str:
    try:
        facts = reader.probe(path)
        reader.decode(path, folder, facts=facts, progress=lambda _: None)
    except DecoderLost:
        return "lost"
    except (NotAVideo, VideoBroken):
        return "refused"
    return "read" if reader.load_decoded(folder) is not None else "lost"
