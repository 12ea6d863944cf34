"""
The folder a decode pass fills, and reading it back.

Reading happens in the parent, so it trusts nothing the child wrote: offsets are checked against the file,
pictures are only ever read as JPEG and must have the size that was said.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
from PIL import Image

from kinodex.domain.arrays import Frame, Sound
from kinodex.domain.errors import VideoBroken
from kinodex.domain.media import Decoded
from kinodex.domain.timeline import SampledFrame

FRAMES_FILE = "frames.pack"
SOUND_FILE = "sound.s16"
DECODED_FILE = "decoded.json"

MOST_DECODED_BYTES = 64 * 1024 * 1024
"""Ten times what the pictures of the longest video take to list."""

JPEG_QUALITY = 90
SOUND_RATE_HZ = 16_000
_BYTES_PER_SAMPLE = 2
_FULL_SCALE = 32768


class FramePack:
    """Writes pictures end to end into a file and remembers where each lies."""

    def __init__(self, file: BinaryIO) -> None:
        self.frames: list[SampledFrame] = []
        self._file = file
        self._offset = 0

    def keep(self, picture: Frame, *, at_s: float, shot: int) -> None:
        """Append a picture."""
        content = _to_jpeg(picture)
        self._file.write(content)
        height, width = picture.shape[:2]
        self.frames.append(
            SampledFrame(len(self.frames), at_s, shot, self._offset, len(content), width, height)
        )
        self._offset += len(content)


def _to_jpeg(picture: Frame) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(content, "JPEG", quality=JPEG_QUALITY)
    return content.getvalue()


def clear(folder: Path) -> None:
    """Make the folder empty of an earlier pass, the proof of its completeness first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (DECODED_FILE, FRAMES_FILE, SOUND_FILE):
        (folder / name).unlink(missing_ok=True)


def save_decoded(folder: Path, decoded: Decoded) -> None:
    """Write what the pass found, whole or not at all, after everything else is on the disk."""
    part = folder / f"{DECODED_FILE}.part"
    with part.open("wb") as file:
        file.write(msgspec.json.encode(decoded))
        sync(file)
    part.replace(folder / DECODED_FILE)
    _sync_folder(folder)


def sync(file: BinaryIO) -> None:
    """Wait until a file is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load_decoded(folder: Path) -> Decoded | None:
    """
    Return what a pass left in the folder, ``None`` if it is not complete.

    Raises:
        VideoBroken: What is there was not written by a pass that went well.
    """
    path = folder / DECODED_FILE
    if not path.exists():
        return None
    try:
        if path.stat().st_size > MOST_DECODED_BYTES:
            raise VideoBroken(f"the decoder left a result of more than {MOST_DECODED_BYTES} bytes")
        decoded = msgspec.json.decode(path.read_bytes(), type=Decoded)
    except msgspec.DecodeError as error:
        raise VideoBroken("the decoder left a result that cannot be read") from error
    _check(decoded, folder)
    return decoded


def _check(decoded: Decoded, folder: Path) -> None:
    pack, sound = folder / FRAMES_FILE, folder / SOUND_FILE
    packed_bytes = pack.stat().st_size if pack.exists() else 0
    is_inside = all(0 <= frame.offset <= packed_bytes - frame.length for frame in decoded.frames)
    is_in_a_shot = all(0 <= frame.shot < len(decoded.shots) for frame in decoded.frames)
    if not decoded.shots or not is_inside or not is_in_a_shot or decoded.has_sound != sound.exists():
        raise VideoBroken("the decoder left a result that contradicts itself")


def read_frames(folder: Path, frames: Sequence[SampledFrame]) -> list[Frame]:
    """
    Return the pictures of some sampled frames, in the order asked for.

    Raises:
        VideoBroken: One is not a JPEG of the size that was said.
    """
    with (folder / FRAMES_FILE).open("rb") as file:
        return [_read_frame(file, frame) for frame in frames]


def _read_frame(file: BinaryIO, frame: SampledFrame) -> Frame:
    file.seek(frame.offset)
    content = io.BytesIO(file.read(frame.length))
    try:
        with Image.open(content, formats=("JPEG",)) as image:
            if image.size != (frame.width_px, frame.height_px):
                raise VideoBroken(f"the stored picture {frame.number} has another size than was said")
            return np.asarray(image.convert("RGB"), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError) as error:
        raise VideoBroken(f"the stored picture {frame.number} cannot be read") from error


def read_sound(folder: Path, start_s: float, end_s: float) -> Sound:
    """Return a stretch of the decoded sound: shorter at its end, empty past it or where there is none."""
    path = folder / SOUND_FILE
    held = path.stat().st_size // _BYTES_PER_SAMPLE if path.exists() else 0
    first, last = (min(held, max(0, round(at_s * SOUND_RATE_HZ))) for at_s in (start_s, end_s))
    if last <= first:
        return np.empty(0, dtype=np.float32)
    with path.open("rb") as file:
        samples = np.fromfile(file, "<i2", last - first, offset=first * _BYTES_PER_SAMPLE)
    return samples.astype(np.float32) / np.float32(_FULL_SCALE)
