"""A clip that was read once: lives that are killed by the hundred read the recording."""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import msgspec
from clips import make_clip

from kinodex.domain.errors import NotAVideo
from kinodex.domain.media import Decoded, Glimpse, MediaFacts
from kinodex.domain.streams import FileFacts
from kinodex.media.packaging import PLAYLIST_FILE, STREAM_FILE
from kinodex.media.protocols import Package, Progress
from kinodex.media.pyav import PyavReader

CLIP = "clip.mp4"
CLIP_BYTES = 150_000
"""Enough for several pieces of a download; nobody decodes it again."""

ALBUM = "decoded.json"
TRANSCRIPT = b"WEBVTT\n\n00:00.500 --> 00:02.000\nfive jugs\n\n00:02.500 --> 00:03.500\nof liquor\n"
BROKEN = b"this is not a video"
_DECODED, _PLAYED, _FACTS, _STREAMS = "decoded", "played", "facts.json", "streams.json"


def record(folder: Path) -> Path:
    """Make a clip, read it once, and keep what that left in a folder; return the clip, cut short."""
    (folder / _DECODED).mkdir(parents=True)
    clip, reader = make_clip(folder / CLIP, seconds=5.0), PyavReader()
    facts = reader.probe(clip)
    reader.decode(clip, folder / _DECODED, facts=facts, progress=_ignore)
    assert reader.package(clip, folder / _PLAYED, facts=facts, progress=_ignore).stream is not None
    (folder / _FACTS).write_text(json.dumps(asdict(facts)))
    (folder / _STREAMS).write_bytes(msgspec.json.encode(reader.describe(clip)))
    os.truncate(clip, CLIP_BYTES)
    return clip


class Recorded(PyavReader):
    """Reads videos from a recording of how one was read: decoding itself is killed in ``tests/e2e``."""

    recording = Path()

    def probe(self, path: Path) -> MediaFacts:
        if path.read_bytes().startswith(BROKEN):
            raise NotAVideo("text")
        facts = json.loads((self.recording / _FACTS).read_text())
        return MediaFacts(**{**facts, "size_bytes": path.stat().st_size})

    def glance(self, path: Path, spans: Sequence[tuple[int, int]], *, total_bytes: int | None) -> Glimpse:
        if path.read_bytes().startswith(BROKEN):
            return Glimpse(not_a_video="text", is_settled=True)
        return Glimpse(container="mp4", is_settled=True)

    def describe(self, path: Path) -> FileFacts:
        if path.read_bytes().startswith(BROKEN):
            raise NotAVideo("text")
        return msgspec.json.decode((self.recording / _STREAMS).read_bytes(), type=FileFacts)

    def decode(self, path: Path, folder: Path, *, facts: MediaFacts, progress: Progress) -> Decoded:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        # The album comes last, as in the real pass: its presence means that the folder is complete.
        for file in sorted((self.recording / _DECODED).iterdir(), key=lambda file: file.name == ALBUM):
            shutil.copyfile(file, folder / file.name)
            progress(0.5)
        decoded = self.load_decoded(folder)
        assert decoded is not None
        return decoded

    def package(self, path: Path, folder: Path, *, facts: MediaFacts, progress: Progress) -> Package:
        folder.mkdir(exist_ok=True)
        # The playlist comes last, as in the real one.
        for name in (STREAM_FILE, PLAYLIST_FILE):
            shutil.copyfile(self.recording / _PLAYED / name, folder / name)
            progress(0.5)
        return Package(folder / STREAM_FILE, folder / PLAYLIST_FILE, None)


def _ignore(_share: float) -> None:
    """Nobody asks."""
