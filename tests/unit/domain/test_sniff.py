import struct

import pytest

from kinodex.domain.sniff import is_video_container, surely_not_a_video

NOT_VIDEOS = {
    b"<!DOCTYPE html><html><head>": "HTML",
    b"\xef\xbb\xbf \n<HTML lang=en>": "HTML",
    b"<?xml version='1.0'?><!-- x --><html xmlns=": "HTML",
    b"<script>window.location=": "HTML",
    b'{"error": "expired"}': "JSON",
    b"[]": "JSON",
    b" [ 1, 2 ]": "JSON",
    b"<?xml version='1.0'?><Error><Code>AccessDenied": "XML",
    b"<?xml version='1.0'?>\n<MPD xmlns='urn:mpeg:dash'": "DASH",
    b"<SmoothStreamingMedia MajorVersion": "Smooth Streaming",
    b"#EXTM3U\n#EXT-X-VERSION:3": "HLS",
    b"ffconcat version 1.0\nfile 'x'": "ffconcat",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1": "SDP",
    b"WEBVTT\n\n00:00": "WebVTT",
    b"1\n00:00:01,000 --> 00:00:02,000\nHi": "SRT",
    b"Access denied.\n": "plain text",
    "Zugriff verweigert f\u00fcr \u00dc".encode()[:-1]: "plain text",
    b"PK\x03\x04" + bytes(20): "ZIP",
    b"\x1f\x8b\x08" + bytes(20): "gzip",
    b"%PDF-1.7\n": "PDF",
    b"\x89PNG\r\n\x1a\n\x00\x00": "PNG",
    b"\xff\xd8\xff\xe0\x00\x10JFIF": "JPEG",
    b"RIFF\x00\x00\x00\x00WEBPVP8 ": "WebP",
    b"RIFF\x00\x00\x00\x00WAVEfmt ": "WAV",
    b"\x00\x00\x00\x1cftypavif\x00\x00": "AVIF",
    b"\x00\x00\x00\x1cftypheic\x00\x00": "HEIC",
    b"\x00\x00\x00\x1cftypM4A \x00\x00": "M4A",
    b"ID3\x04" + bytes(20): "MP3",
    b"\x7fELF\x02": "program",
    b"<svg xmlns=": "SVG",
    bytes(512): "zero bytes",
    b"\x00": "zero bytes",
    b"SSH-2.0-OpenSSH_9.2\r\n": "SSH",
    b"\xef\xbb\xbf1\r\n00:00:01.000 --> 00:00:02.000\r\nHi": "SRT",
    b"[Script Info]\r\nTitle: x": "ASS or SSA",
    b"{0}{25}Hello": "MicroDVD",
    b"<?xml version='1.0'?>\n<tt xmlns='http://www.w3.org/ns/ttml'": "TTML",
    b"<SAMI><HEAD>": "SAMI",
    b"<asx version='3.0'>": "ASX",
    b"<?xml version='1.0'?><playlist version='1'": "XSPF",
    b"d8:announce35:udp": "torrent",
    b"\xff\xfb\x90\x64" + bytes(20): "MP3 or AAC",
    b"\xff\xf1\x50\x80" + bytes(20): "MP3 or AAC",
    b"FORM\x00\x00\x00\x00AIFF": "AIFF",
    b"BM\x36\x10\x00\x00\x00\x00\x00\x00\x36": "BMP",
    b"\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL",
    b"MZ\x90\x00\x03": "program",
    b"\xcf\xfa\xed\xfe\x07": "program",
    b"!<arch>\ndebian-binary": "Debian",
    b"name.mp4" + bytes(249) + b"ustar\x0000": "tar",
    b"wOF2\x00\x01": "font",
    b"\x00\x00\x00\x1cftypheis\x00\x00": "HEIC",
}

MAY_BE_VIDEOS = [
    struct.pack(">I4s4s", 20, b"ftyp", b"isom"),
    struct.pack(">I4s4s", 20, b"ftyp", b"qt  "),
    struct.pack(">I4s4s", 20, b"ftyp", b"avis"),
    struct.pack(">I4s", 8, b"wide"),
    struct.pack(">I4s", 100, b"moov"),
    b"\x1aE\xdf\xa3" + bytes(20),
    b"OggS" + bytes(20),
    b"FLV\x01\x05",
    b"RIFF\x00\x00\x00\x00AVI LIST",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
    b"\x00\x00\x01\xba",
    (b"\x47" + bytes(187)) * 3,
]


@pytest.mark.parametrize(("beginning", "name"), NOT_VIDEOS.items())
def test_says_what_is_no_video(beginning: bytes, name: str) -> None:
    assert name in (surely_not_a_video(beginning) or "")


@pytest.mark.parametrize("beginning", MAY_BE_VIDEOS)
def test_a_video_container_is_known(beginning: bytes) -> None:
    assert is_video_container(beginning)
    assert surely_not_a_video(beginning) is None


@pytest.mark.parametrize(
    "beginning", [b"", b"\x80\x81\x82\x83\x84\x85\x86\x87\x88", b"\x00\x00\x00\x01\x67\x42"]
)
def test_what_is_unknown_is_left_to_the_decoder(beginning: bytes) -> None:
    assert surely_not_a_video(beginning) is None
    assert not is_video_container(beginning)
