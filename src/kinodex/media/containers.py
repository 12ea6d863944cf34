"""Telling a damaged video from something that never was one, by its first bytes."""

from pathlib import Path

_LOOKED_AT_BYTES = 1024
_TS_PACKETS_BYTES = (188, 192, 204)
_TS_SYNC = 0x47

# Offset and what stands there: ISO base media (14496-12), QuickTime, EBML (RFC 8794), RIFF, FLV, Ogg
# (RFC 3533), ASF, MPEG-1 and -2 program streams.
_SIGNATURES = (
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (0, b"\x1a\x45\xdf\xa3"),
    (8, b"AVI "),
    (0, b"FLV\x01"),
    (0, b"OggS"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
    (0, b"\x00\x00\x01\xba"),
)


def is_container(path: Path) -> bool:
    """Return whether a file begins like one of the containers that are read."""
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT_BYTES)
    is_signed = any(start.startswith(mark, offset) for offset, mark in _SIGNATURES)
    return is_signed or any(_is_transport_stream(start, step) for step in _TS_PACKETS_BYTES)


def _is_transport_stream(start: bytes, step: int) -> bool:
    first = step % _TS_PACKETS_BYTES[0] % 16  # 192-byte packets begin with a time stamp of four bytes
    marks = start[first::step]
    return len(start) > 2 * step and all(mark == _TS_SYNC for mark in marks)
