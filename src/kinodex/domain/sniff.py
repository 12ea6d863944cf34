"""What a file is by its first bytes, where it is surely not a video."""

import codecs
import re

SNIFFED_BYTES = 512
"""So many first bytes are enough to judge."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"8BPS", "a Photoshop picture"),
    (b"ID3", "a sound file (MP3)"),
    (b"fLaC", "a sound file (FLAC)"),
    (b"FORM", "an IFF file (AIFF sound?)"),
    (b".snd", "a sound file (AU)"),
    (b"MAC ", "a sound file (Monkey's Audio)"),
    (b"wvpk", "a sound file (WavPack)"),
    (b"#!AMR", "a sound file (AMR)"),
    (b"caff", "a sound file (CAF)"),
    (b"\x00\x00\x01\x00\x01\x00", "an icon"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
    (b"v/1\x01", "an OpenEXR picture"),
    (b"MSCF", "a cabinet archive"),
    (b"!<arch>\n", "an ar archive or Debian package"),
    (b"\xed\xab\xee\xdb", "an RPM package"),
    (b"LZIP", "an lzip archive"),
    (b"\x04\x22\x4d\x18", "an LZ4 archive"),
    (b"\x00asm", "a WebAssembly program"),
    (b"\xfe\xed\xfa\xce", "a program"),
    (b"\xfe\xed\xfa\xcf", "a program"),
    (b"\xce\xfa\xed\xfe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"dex\n0", "a program"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"OTTO", "a font"),
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"MThd", "a MIDI file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a script"),
    (b"SQLite format 3\x00", "a database"),
    (b"SSH-", "an SSH server"),
)
_RIFF = {b"WAVE": "a sound file (WAV)", b"WEBP": "a WebP picture"}
_STILL_BRANDS = {
    b"avif": "an AVIF picture",
    b"heic": "a HEIC picture",
    b"heix": "a HEIC picture",
    b"heim": "a HEIC picture",
    b"heis": "a HEIC picture",
    b"mif1": "a HEIF picture",
    b"M4A ": "a sound file (M4A)",
    b"M4B ": "a sound file (M4B)",
    b"M4P ": "a sound file (M4P)",
    b"crx ": "a raw picture (CR3)",
}
_PROLOGUE = r"(?:<\?xml.{0,300}?>\s*)?(?:<!--.{0,300}?-->\s*)?"
_HTML = r"<(?:!doctype\s+html|html|head|body|script|meta|title|div|iframe|table|p|h1|br|a)[\s>/]"
_TEXTS: tuple[tuple[str, str], ...] = (
    (r"#EXTM3U", "an HLS playlist (m3u8), not the video itself"),
    (r"ffconcat version", "an ffconcat playlist"),
    (r"\[playlist\]", "a PLS playlist"),
    (r"v=0\r?\n", "an SDP session description"),
    (r"WEBVTT", "WebVTT subtitles"),
    (r"\d+\s*\r?\n\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s*-->", "SRT subtitles"),
    (r"\[Script Info\]", "ASS or SSA subtitles"),
    (r"\{\d+\}\{\d+\}", "MicroDVD subtitles"),
    (r"Scenarist_SCC V", "SCC captions"),
    (_PROLOGUE + r"<tt[\s>:]", "TTML subtitles"),
    (_PROLOGUE + r"<SAMI[\s>]", "SAMI subtitles"),
    (_PROLOGUE + r"<smil[\s>]", "a SMIL playlist"),
    (_PROLOGUE + r"<asx[\s>]", "an ASX playlist"),
    (_PROLOGUE + r"<playlist[\s>]", "an XSPF playlist"),
    (r"d\d+:announce", "a torrent, not the video itself"),
    (_PROLOGUE + r"<MPD[\s>]", "a DASH manifest, not the video itself"),
    (_PROLOGUE + r"<SmoothStreamingMedia", "a Smooth Streaming manifest, not the video itself"),
    (_PROLOGUE + r"<svg[\s>]", "an SVG picture"),
    (_PROLOGUE + _HTML, "an HTML page (a login or share page?)"),
    (r"<\?xml|<[A-Za-z!]", "an XML document"),
    (r"[{\[]\s*(?:[\"{\[\]}]|-?\d|true|false|null)", "a JSON document"),
    (r"HTTP/\d", "an HTTP message"),
)
_PATTERNS = tuple((re.compile(pattern.encode(), re.IGNORECASE | re.DOTALL), name) for pattern, name in _TEXTS)
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_FEWEST_FOR_TEXT = 8

_CONTAINERS = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"OggS",
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF: wmv
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG-1, MPEG-2 video
    b"\x06\x0e\x2b\x34",  # MXF
)
_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof", b"pnot"})
_TS_SYNC, _TS_PACKET_BYTES = 0x47, 188
_ALL_ONES = 0xFF


def surely_not_a_video(beginning: bytes) -> str | None:
    """
    Return what a file is if it is surely not a video, e.g. ``"a PDF document"``, else ``None``.

    Args:
        beginning: The first ``SNIFFED_BYTES`` of the file, or all of it if it is shorter.

    Returns:
        A noun phrase that ends the sentence "it is …"; ``None`` when it may be a video.
    """
    if not beginning or is_video_container(beginning):
        return _still_picture(beginning)
    if not any(beginning):
        return "nothing but zero bytes"
    return _by_magic(beginning) or _by_form(beginning) or _text(beginning)


def is_video_container(beginning: bytes) -> bool:
    """Return whether the first bytes are those of a container that videos come in."""
    if beginning.startswith(_CONTAINERS) or beginning[4:8] in _BOXES:
        return True
    if beginning.startswith(b"RIFF"):
        return beginning[8:12] == b"AVI "
    return _is_transport_stream(beginning)


def _is_transport_stream(beginning: bytes) -> bool:
    packets = beginning[::_TS_PACKET_BYTES]
    return len(packets) > 1 and all(byte == _TS_SYNC for byte in packets)


def _by_magic(beginning: bytes) -> str | None:
    return next((name for magic, name in _MAGIC if beginning.startswith(magic)), None)


def _by_form(beginning: bytes) -> str | None:
    """Know what has its marks elsewhere than at the first byte."""
    if beginning.startswith(b"RIFF"):
        return _RIFF.get(beginning[8:12])
    if beginning.startswith(b"BM") and beginning[6:10] == bytes(4):
        return "a BMP picture"
    if beginning[257:262] == b"ustar":
        return "a tar archive"
    return "a sound file (MP3 or AAC)" if _is_bare_sound(beginning) else None


def _is_bare_sound(beginning: bytes) -> bool:
    """Return whether these are frames of MPEG audio (ISO/IEC 11172-3 section 2.4.1.3) or ADTS."""
    if len(beginning) < _FEWEST_FOR_TEXT or beginning[0] != _ALL_ONES or beginning[1] & 0xE0 != 0xE0:  # noqa: PLR2004  the sync word
        return False
    version, layer = beginning[1] >> 3 & 3, beginning[1] >> 1 & 3
    if layer == 0:  # ADTS says so, and has no version 1
        return beginning[1] & 0xF6 == 0xF0 and beginning[2] >> 2 & 0xF < 13  # noqa: PLR2004  known sampling rates
    bitrate, rate = beginning[2] >> 4, beginning[2] >> 2 & 3
    return version != 1 and bitrate not in {0, 15} and rate != 3  # noqa: PLR2004  reserved values


def _still_picture(beginning: bytes) -> str | None:
    return _STILL_BRANDS.get(beginning[8:12]) if beginning[4:8] == b"ftyp" else None


def _text(beginning: bytes) -> str | None:
    if beginning.startswith(_UTF16):
        return "a text"
    plain = beginning.removeprefix(_BOM).lstrip()
    for pattern, name in _PATTERNS:
        if pattern.match(plain):
            return name
    return "a plain text" if _is_utf8(plain) else None


def _is_utf8(plain: bytes) -> bool:
    if len(plain) < _FEWEST_FOR_TEXT or _CONTROL.search(plain):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(plain)  # a character may be cut off at the end
    except UnicodeDecodeError:
        return False
    return True
