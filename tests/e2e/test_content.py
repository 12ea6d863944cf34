"""What is sent is judged by its bytes, whatever its name and whichever way it comes."""

import gzip
import io
import json
import tarfile
import wave
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from live import LiveServer, live_server
from origin import Origin, serve_origin
from PIL import Image

pytestmark = pytest.mark.slow

KILLABLE = str(Path(__file__).parents[1] / "support" / "killable.py")


def _picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 360), (200, 30, 30)).save(out, form)
    return out.getvalue()


def _sound(container: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as output:
        stream = output.add_stream(codec, rate=48_000, layout="mono")
        for start in range(0, 5 * 48_000, 960):
            block = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.float32), "fltp", "mono")
            block.sample_rate, block.pts = 48_000, start
            output.mux(stream.encode(block))
        output.mux(stream.encode())
    return out.getvalue()


def _wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("film.mp4", b"x" * 2000)
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("film.mp4")
        entry.size = 2000
        archive.addfile(entry, io.BytesIO(b"x" * 2000))
    return out.getvalue()


def _box(brand: bytes) -> bytes:
    return (24).to_bytes(4) + b"ftyp" + brand + bytes(4) + b"mif1miaf" + bytes(2000)


KINDS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a page": (lambda: b"<!DOCTYPE html><html><body>Sign in" + b" " * 2000, "an HTML page"),
    "json": (lambda: json.dumps({"error": "expired", "pad": "x" * 2000}).encode(), "a JSON document"),
    "hls": (lambda: b"#EXTM3U\n#EXT-X-VERSION:3\n" + b"a.ts\n" * 300, "an HLS playlist"),
    "dash": (lambda: b"<?xml version='1.0'?><MPD xmlns='urn'>" + b" " * 2000, "a DASH manifest"),
    "concat": (lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\n" * 30, "an ffconcat playlist"),
    "srt": (lambda: b"1\n00:00:01,000 --> 00:00:02,000\nHi\n\n" * 60, "SRT subtitles"),
    "vtt": (lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n\n" * 60, "WebVTT subtitles"),
    "ass": (lambda: b"[Script Info]\nTitle: x\n" * 60, "ASS or SSA subtitles"),
    "text": (lambda: b"Access denied.\n" * 100, "a plain text"),
    "pdf": (lambda: b"%PDF-1.7\n" + bytes(2000), "a PDF document"),
    "zip": (_zip, "a ZIP archive"),
    "tar": (_tar, "a tar archive"),
    "gzip": (lambda: gzip.compress(np.random.default_rng(1).bytes(3000)), "a gzip archive"),
    "elf": (lambda: b"\x7fELF\x02\x01\x01" + bytes(2000), "a program"),
    "exe": (lambda: b"MZ\x90\x00\x03" + bytes(2000), "a program"),
    "png": (lambda: _picture("PNG"), "a PNG picture"),
    "jpeg": (lambda: _picture("JPEG"), "a JPEG picture"),
    "gif": (lambda: _picture("GIF"), "a GIF picture"),
    "bmp": (lambda: _picture("BMP"), "a BMP picture"),
    "webp": (lambda: _picture("WEBP"), "a WebP picture"),
    "heic": (lambda: _box(b"heic"), "a HEIC picture"),
    "avif": (lambda: _box(b"avif"), "an AVIF picture"),
    "wav": (_wav, "a sound file"),
    "mp3": (lambda: _sound("mp3", "libmp3lame"), "a sound file"),
    "adts": (lambda: _sound("adts", "aac"), "a sound file"),
    "sound as mp4": (lambda: _sound("mp4", "aac"), "sound without pictures"),
    "sound as matroska": (lambda: _sound("matroska", "libopus"), "sound without pictures"),
    "sound as ogg": (lambda: _sound("ogg", "libopus"), "sound without pictures"),
    "zeros": (lambda: bytes(2000), "nothing but zero bytes"),
}


@pytest.fixture(scope="module")
def origin() -> Iterator[Origin]:
    with serve_origin() as site:
        yield site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, origin: Origin) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("content")
    with live_server(folder, allow=[origin.address], command=(KILLABLE, "none")) as running:
        yield running


@pytest.fixture(scope="module")
def index_id(server: LiveServer) -> str:
    return server.new_index()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_video_is_refused_with_what_it_is(
    server: LiveServer, origin: Origin, index_id: str, kind: str
) -> None:
    make, name = KINDS[kind]
    content, fields = make(), {"index_id": index_id}

    sent = server.request("POST", "/v1.1/tasks", data=fields, files={"video_file": ("film.mp4", content)})
    url = origin.add(f"{kind.replace(' ', '-')}/film.mp4", content)
    task = server.wait_for(server.post("/v1.1/tasks", data={**fields, "video_url": url})["_id"])
    asked = server.post("/v1.1/estimate", json={"video_url": url})

    assert sent.status_code == 400
    assert sent.json()["code"] == "unsupported_file_type"
    assert name in sent.json()["message"]
    assert task["status"] == "failed"
    assert task["error"] == sent.json()
    assert asked["accepted"] is not True
    assert [problem["code"] for problem in asked["problems"]] in ([], ["unsupported_file_type"])
