"""Files that are not videos, are protected, or are made to do harm; each function writes one."""

import gzip
import io
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from films import STBL, TRAK, Film, box, declare_duration, find_boxes, patched, write_film
from PIL import Image

Make = Callable[[Path], Path]

FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")

DISGUISES = {
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nneighbour.mp4\n#EXT-X-ENDLIST\n",
    "HLS of an absolute path": "#EXTM3U\n#EXTINF:10,\n{folder}/neighbour.mp4\n#EXT-X-ENDLIST\n",
    "HLS of a file URL": "#EXTM3U\n#EXTINF:10,\nfile://{folder}/neighbour.mp4\n#EXT-X-ENDLIST\n",
    "HLS of a host": "#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
    "HLS variants": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://127.0.0.1:{port}/a.m3u8\n",
    "HLS with a key": '#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="http://127.0.0.1:{port}/k"\n#EXTINF:1,\na.ts\n',
    "ffconcat": "ffconcat version 1.0\nfile neighbour.mp4\n",
    "ffconcat of a host": "ffconcat version 1.0\nfile http://127.0.0.1:{port}/a.mp4\n",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 4 RTP/AVP 96\n",
    "DASH": "<?xml version='1.0'?><MPD><Period><BaseURL>{folder}/neighbour.mp4</BaseURL></Period></MPD>",
    "SVG": "<svg xmlns='http://www.w3.org/2000/svg'><image href='http://127.0.0.1:{port}/a.png'/></svg>",
    "PLS": "[playlist]\nFile1=http://127.0.0.1:{port}/a.mp4\nNumberOfEntries=1\n",
    "ASX": "<asx version='3.0'><entry><ref href='http://127.0.0.1:{port}/a.wmv'/></entry></asx>",
    "IMF": "<?xml version='1.0'?><AssetMap><Path>{folder}/neighbour.mp4</Path></AssetMap>",
}


def film(path: Path, **changes: Any) -> Path:
    """Write a plain film with some changes."""
    return write_film(path, Film(**changes))


def edited(path: Path, change: Callable[[bytes], bytes], **changes: Any) -> Path:
    """Write a film whose bytes are changed afterwards."""
    film(path, **changes)
    path.write_bytes(change(path.read_bytes()))
    return path


def still(form: str) -> Make:
    """Return what writes a picture file."""

    def write(path: Path) -> Path:
        content = io.BytesIO()
        Image.new("RGB", (640, 360), "teal").save(content, form)
        path.write_bytes(content.getvalue())
        return path

    return write


def raw(content: bytes) -> Make:
    """Return what writes these bytes."""

    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def still_of_brand(brand: bytes) -> Make:
    """Return what writes a picture in the container of videos."""
    return raw(box(b"ftyp", brand + bytes(4) + b"mif1miaf") + box(b"meta", bytes(64)) + bytes(400))


def sound_only(path: Path) -> Path:
    """Write an MP4 with sound and no pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        for place in range(12):
            block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            block.sample_rate, block.pts, block.time_base = 48_000, place * 1024, Fraction(1, 48_000)
            container.mux(stream.encode(block))
        container.mux(stream.encode())
    return path


def encrypted(path: Path) -> Path:
    """Write a film under common encryption."""
    keys = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "00" * 15 + "01",
        "encryption_kid": "ab" * 16,
    }
    return film(path, muxer=keys)


def many_streams(path: Path, number: int) -> Path:
    """Write a Matroska film with so many picture streams, of which only the first goes on."""
    with av.open(str(path), "w", format="matroska") as container:
        streams = []
        for place in range(number):
            stream = container.add_stream("mpeg4", rate=2)
            stream.width, stream.height = (64, 36) if place else (640, 360)
            stream.pix_fmt = "yuv420p"
            streams.append(stream)
        for place in range(22):
            for stream in streams if place == 0 else streams[:1]:
                frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
                frame.pts, frame.time_base = place, Fraction(1, 2)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode())
    return path


def flat(path: Path, side: int, *, codec: str, pixels: str, form: str | None = None) -> Path:
    """Write two huge pictures of one colour: a few kilobytes."""
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(
            codec, rate=1, options={"preset": "ultrafast"} if "264" in codec else {}
        )
        stream.width = stream.height = side
        stream.pix_fmt = pixels
        stream.codec_context.thread_count = 1
        frame = av.VideoFrame(side, side, pixels)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for place in range(2):
            frame.pts, frame.time_base = place, Fraction(1, 1)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def external_reference(path: Path) -> Path:
    """Write a film whose samples lie in another file."""
    url = b"\0\0\0\0file:///etc/passwd\0"

    def change(content: bytes) -> bytes:
        ((place, size),) = find_boxes(content, *TRAK, b"mdia", b"minf", b"dinf", b"dref")
        entry = box(b"url ", url)
        return _replaced(content, place, size, box(b"dref", struct.pack(">II", 0, 1) + entry))

    return edited(path, change)


def _replaced(content: bytes, place: int, size: int, new: bytes) -> bytes:
    """Return a file with a box replaced and the boxes around it made longer; moov stands at the end."""
    changed = bytearray(content[:place] + new + content[place + size :])
    more = len(new) - size
    for path in (
        (b"moov",),
        TRAK,
        (*TRAK, b"mdia"),
        (*TRAK, b"mdia", b"minf"),
        (*TRAK, b"mdia", b"minf", b"dinf"),
    ):
        for start, length in find_boxes(content, *path):
            if start < place < start + length:
                struct.pack_into(">I", changed, start, length + more)
    return bytes(changed)


def tagged(tags: bytes) -> Make:
    """Return what writes a film with these boxes as its metadata."""

    def change(content: bytes) -> bytes:
        ((place, size),) = find_boxes(content, b"moov")
        moov = content[place + 8 : place + size]
        handler = box(b"hdlr", bytes(8) + b"mdirappl" + bytes(9))
        udta = box(b"udta", box(b"meta", bytes(4) + handler + box(b"ilst", tags)))
        return content[:place] + box(b"moov", moov + udta) + content[place + size :]

    return lambda path: edited(path, change)


def tag(kind: bytes, text: bytes) -> bytes:
    """Return one tag of an MP4."""
    return box(kind, box(b"data", struct.pack(">II", 1, 0) + text))


def changed_in(path_of: tuple[bytes, ...], offset: int, value: bytes) -> Make:
    """Return what writes a film with some bytes of one box replaced."""
    return lambda path: edited(path, lambda content: patched(content, path_of, offset, value))


def recursive(path: Path) -> Path:
    """Write boxes in boxes, four thousand deep."""
    content = b""
    for _ in range(4000):
        content = box(b"moov", content) if len(content) % 3 else box(b"trak", content)
    path.write_bytes(FTYP + content + bytes(600))
    return path


def large_box(path: Path) -> Path:
    """Write a film whose media box has its size in 64 bits."""

    def change(content: bytes) -> bytes:
        ((place, size),) = find_boxes(content, b"mdat")
        header = struct.pack(">I4sQ", 1, b"mdat", size + 8)
        longer = content[:place] + header + content[place + 8 :]
        offsets = next(find_boxes(longer, *STBL, b"stco"))[0]
        (count,) = struct.unpack_from(">I", longer, offsets + 12)
        changed = bytearray(longer)
        for number in range(count):
            (old,) = struct.unpack_from(">I", longer, offsets + 16 + 4 * number)
            struct.pack_into(">I", changed, offsets + 16 + 4 * number, old + 8)
        return bytes(changed)

    return edited(path, change)


def declared(told_s: float, **changes: Any) -> Make:
    """Return what writes a film whose headers declare another duration."""
    return lambda path: edited(path, lambda content: declare_duration(content, told_s), **changes)


def truncated(share: float, **changes: Any) -> Make:
    """Return what writes the first part of a film."""
    return lambda path: edited(path, lambda content: content[: round(len(content) * share)], **changes)


def padded(size_bytes: int) -> Make:
    """Return what writes a film that is made longer by nothing, to so many bytes, most of them a hole."""

    def write(path: Path) -> Path:
        film(path)
        with path.open("r+b") as file:
            rest = size_bytes - path.stat().st_size
            file.seek(0, io.SEEK_END)
            file.write(struct.pack(">I4sQ", 1, b"free", rest))
            file.truncate(size_bytes)
        return path

    return write


def gzipped(path: Path) -> Path:
    """Write a film as a gzip archive."""
    path.write_bytes(gzip.compress(film(path).read_bytes()))
    return path
