"""What finished steps of a video left behind, here and for other machines."""

from pathlib import Path
from typing import TypeVar

import msgspec

from kinodex.domain import lifelines
from kinodex.domain.ids import VideoId
from kinodex.domain.media import Decoded, MediaFacts
from kinodex.domain.timeline import ScreenText, Segment, Utterance
from kinodex.media.protocols import MediaReader, Package, Progress
from kinodex.pipeline.folder import WorkFolder
from kinodex.pipeline.steps.draw_storyboard import draw_storyboard
from kinodex.stores.protocols import BlobStore
from kinodex.usecases import blobs as keys

Value = TypeVar("Value")


class Artifacts:
    """
    The results of one video's steps.

    A worker that takes over from a lost machine has none of its files: the source and the small
    results come from the blob store, the decode pass is run again.
    """

    def __init__(
        self, *, video_id: VideoId, folder: WorkFolder, blobs: BlobStore, media: MediaReader
    ) -> None:
        self._video_id = video_id
        self.folder = folder
        self._blobs = blobs
        self._media = media

    def source(self) -> Path:
        """Return the file as it came, brought here if it is not."""
        if not self.folder.source.exists():
            self._blobs.fetch_to(keys.source_key(self._video_id), self.folder.source)
        return self.folder.source

    def has_source(self) -> bool:
        """Return whether the file as it came is stored."""
        return self._blobs.size(keys.source_key(self._video_id)) is not None

    def keep_source(self) -> None:
        """Store the file as it came."""
        self._blobs.put_file(keys.source_key(self._video_id), self.folder.source)

    def decode(self, facts: MediaFacts, *, progress: Progress) -> Decoded:
        """Run the decode pass and store what searching needs of it."""
        decoded = self._media.decode(self.source(), self.folder.decoded, facts=facts, progress=progress)
        self._blobs.put_file(keys.frames_key(self._video_id), self.folder.decoded / "frames.pack")
        self.save("decoded", decoded)
        return decoded

    def decoded(self, facts: MediaFacts, *, progress: Progress) -> Decoded:
        """Return what the decode pass left, running it again where its files are not on this machine."""
        return self._media.load_decoded(self.folder.decoded) or self.decode(facts, progress=progress)

    def package(self, facts: MediaFacts, *, progress: Progress) -> Package:
        """Copy the source into what players read, and store it."""
        package = self._media.package(
            self.source(), self.folder.path / "playback", facts=facts, progress=progress
        )
        if package.stream is not None and package.playlist is not None:
            self._blobs.put_file(keys.stream_key(self._video_id), package.stream)
            self._blobs.put_file(keys.playlist_key(self._video_id), package.playlist)
        return package

    def draw_storyboard(self, decoded: Decoded) -> None:
        """Draw the storyboard and store it."""
        drawn = draw_storyboard(self.folder.decoded, decoded, media=self._media)
        if drawn is not None:
            sheet, storyboard = drawn
            self._blobs.put_bytes(keys.storyboard_key(self._video_id), sheet)
            self.save("storyboard", storyboard)

    def save(self, name: str, value: object) -> None:
        """Keep the result of a step, unless the step was told to end."""
        lifelines.check()
        self._blobs.put_file(keys.artifact_key(self._video_id, name), self.folder.save(name, value))

    def segments(self) -> tuple[Segment, ...]:
        """Return the segments."""
        return self._load("segments", tuple[Segment, ...])

    def utterances(self) -> tuple[Utterance, ...]:
        """Return what is said."""
        return self._load("utterances", tuple[Utterance, ...])

    def screen_text(self) -> tuple[ScreenText, ...]:
        """Return what is written in the picture."""
        return self._load("screen_text", tuple[ScreenText, ...])

    def transcript(self) -> bytes | None:
        """Return the transcript the user sent along, if any."""
        key = keys.transcript_key(self._video_id)
        return self._blobs.get_bytes(key) if self._blobs.size(key) is not None else None

    def _load(self, name: str, kind: type[Value]) -> Value:
        value = self.folder.load(name, kind)
        if value is None:
            content = self._blobs.get_bytes(keys.artifact_key(self._video_id, name))
            value = msgspec.json.decode(content, type=kind)
        return value
