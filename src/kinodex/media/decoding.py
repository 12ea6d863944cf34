"""
The one decode pass: every frame and every block of sound is decoded once, in order, and then forgotten.

Memory stays flat: some seconds of signatures, the candidates of those seconds, one frame.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.frame import Frame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from kinodex.domain.media import Decoded, MediaFacts
from kinodex.domain.timeline import Span
from kinodex.domain.warnings import Missing, VideoWarning
from kinodex.media.clock import PresentationClock
from kinodex.media.damage import Damage, cut_off, holes_in_both
from kinodex.media.filmstrip import Filmstrip
from kinodex.media.framepack import FRAMES_FILE, SOUND_FILE, FramePack, save_decoded, sync
from kinodex.media.messages import Unreadable
from kinodex.media.opening import VideoFile, open_video, reason_of
from kinodex.media.probing import usual_step_s
from kinodex.media.protocols import Progress
from kinodex.media.soundtrack import SoundTrack
from kinodex.media.subtitles import Subtitles

_MOST_FLUSHES = 32
_SOUND_BEYOND_S = 10.0
_LENGTH_OF_EACH = ("mov,mp4,m4a,3gp,3g2,mj2", "avi")


def decode(path: Path, folder: Path, *, facts: MediaFacts, max_pixels: int, progress: Progress) -> Decoded:
    """
    Decode a file into an empty folder.

    Args:
        path: The file.
        folder: Gets ``frames.pack``, ``sound.s16`` if there is sound, and last of all ``decoded.json``.
        facts: What the probe found; bounds the sound and scales the progress.
        max_pixels: Most pixels in one picture, at any time.
        progress: Told with every frame.

    Raises:
        Unreadable: Nothing can be decoded.
    """
    clock = start_clock(path, max_pixels=max_pixels)
    with ExitStack() as stack:
        file = stack.enter_context(open_video(path, max_pixels=max_pixels, with_subtitles=True))
        pack = stack.enter_context((folder / FRAMES_FILE).open("wb"))
        sound = stack.enter_context((folder / SOUND_FILE).open("wb"))
        frames = FramePack(pack)
        strip = Filmstrip(file, clock=clock, sink=frames)
        track = SoundTrack(
            sound,
            tick_s=float(file.audio.time_base or 0) if file.audio else 0.0,
            origin_s=clock.origin_s,
            longest_s=facts.duration_s + _SOUND_BEYOND_S,
        )
        lines = Subtitles(clock)
        reading = _Reading(file, clock, strip, track, lines, duration_s=facts.duration_s)
        _run(reading, progress)
        has_sound = track.finish(strip.end_s)
        decoded = _decoded(reading, frames, has_sound=has_sound)
        sync(pack)
        sync(sound)
    if not decoded.has_sound:
        (folder / SOUND_FILE).unlink()
    save_decoded(folder, decoded)
    return decoded


def start_clock(path: Path, *, max_pixels: int) -> PresentationClock:
    """Return a clock at the first picture; those before the first time stamp are dated back."""
    with open_video(path, max_pixels=max_pixels, with_sound=False) as file:
        step_s, undated = usual_step_s(file), 0
        for packet in file.packets():
            for frame in _frames(packet, _ignore):
                if frame.pts is not None and frame.time_base is not None:
                    origin_s = float(frame.pts * frame.time_base) - undated * step_s
                    return PresentationClock(origin_s, step_s)
                undated += 1
        if not undated:
            raise Unreadable("not one picture in it can be decoded")
        return PresentationClock(0.0, step_s)


def _ignore(_reason: str) -> None:
    """Damage before the first picture is met again, and noted, in the pass itself."""


def _run(reading: "_Reading", progress: Progress) -> None:
    """Decode everything and note what was wrong."""
    strip, duration_s = reading.strip, reading.duration_s
    for packet in reading.file.packets():
        if packet.stream.type == "subtitle":
            reading.subtitles.take(packet)
            continue
        for frame in _frames(packet, partial(reading.note, packet)):
            if isinstance(frame, VideoFrame):
                reading.add_picture(frame)
                progress(min(1.0, strip.end_s / duration_s) if duration_s else 0.0)
            elif isinstance(frame, AudioFrame):
                reading.add_sound(packet, frame)


@dataclass(slots=True)
class _Reading:
    """What a pass fills, and what it had to do without."""

    file: VideoFile
    clock: PresentationClock
    strip: Filmstrip
    track: SoundTrack
    subtitles: Subtitles
    duration_s: float
    damage: Damage = field(default_factory=Damage)
    _last_reason: str | None = None

    def note(self, packet: "Packet[Stream]", reason: str) -> None:
        """Take note of a packet that could not be decoded."""
        missing: Missing = "sound" if packet.stream.type == "audio" else "pictures"
        self.damage.note(missing, self._span_of(packet), reason)
        if missing == "pictures":
            self._last_reason = reason

    def add_picture(self, frame: VideoFrame) -> None:
        """Take a picture; what was shown last before a damaged packet was missing until now."""
        before_s = self.strip.end_s
        self.strip.add(frame)
        shown_s = self.clock.last_s
        if self._last_reason is not None and shown_s > before_s:
            self.damage.widen("pictures", Span(before_s, shown_s), self._last_reason)
        self._last_reason = None
        if frame.is_corrupt:
            self.damage.note("pictures", Span(shown_s, self.strip.end_s), "the decoder guessed parts of them")

    def add_sound(self, packet: "Packet[Stream]", frame: AudioFrame) -> None:
        """Take a block of sound."""
        try:
            self.track.add(frame)
        except (av.FFmpegError, ValueError) as error:
            self.note(packet, reason_of(error))

    def _span_of(self, packet: "Packet[Stream]") -> Span:
        """Return the time a packet stands for; where its stamp says nothing, where the pass has come to."""
        stamp = packet.pts if packet.pts is not None else packet.dts
        is_sound = packet.stream.type == "audio"
        reached_s = self.track.heard_until_s if is_sound else self.strip.end_s
        if stamp is None or packet.time_base is None:
            return Span(reached_s, reached_s)
        place = self.track.place if is_sound else self.clock.place
        start_s = max(0.0, place(float(stamp * packet.time_base)))
        return Span(start_s, start_s + float((packet.duration or 0) * packet.time_base))

    def warnings(self, *, has_sound: bool) -> Iterator[VideoWarning]:
        """Yield what to tell people, once all is read."""
        end_s, audio = self.strip.end_s, self.file.audio
        for hole in holes_in_both(self.strip.holes, self.track.holes):
            self.damage.widen("pictures", hole, "bytes are missing")
            self.damage.widen("sound", hole, "bytes are missing")
        yield from self.damage.warnings(end_s)
        yield from self.subtitles.warnings
        yield from cut_off("pictures", reached_s=self._reached_s(), declared_s=self._declared_s())
        if audio is not None and not has_sound:
            yield VideoWarning(
                "There is a sound track, and no sound in it could be decoded.", "sound", Span(0.0, end_s)
            )
        elif audio is not None and self._has_own_lengths():
            length = (audio.start_time or 0) + (audio.duration or 0)
            declared_s = self.track.place(float(length * (audio.time_base or 0)))
            yield from cut_off("sound", reached_s=self.track.heard_until_s, declared_s=min(declared_s, end_s))

    def _has_own_lengths(self) -> bool:
        """Return whether each stream declares its length; elsewhere there is one for all of them together."""
        return self.file.container.format.name in _LENGTH_OF_EACH and self.file.video.duration is not None

    def _reached_s(self) -> float:
        """Return how far the file was read: a length for all streams together is that of the longest."""
        is_own = self._has_own_lengths()
        return self.strip.end_s if is_own else max(self.strip.end_s, self.track.heard_until_s)

    def _declared_s(self) -> float:
        """Return how long the pictures last according to the file; 0 where it does not say."""
        video, container = self.file.video, self.file.container
        if self._has_own_lengths():
            return float((video.duration or 0) * (video.time_base or 0))
        return container.duration / av.time_base if container.duration is not None else 0.0


def _frames(packet: "Packet[Stream]", note: Callable[[str], None]) -> Iterator[Frame]:
    """Yield what a packet holds; an empty packet empties the decoder, past damaged places."""
    for _ in range(1 if packet.size else _MOST_FLUSHES):
        try:
            yield from (frame for frame in packet.decode() if isinstance(frame, Frame))
        except av.EOFError:
            return
        except (av.FFmpegError, ValueError) as error:
            note(reason_of(error))
            continue
        return


def _decoded(reading: _Reading, pack: FramePack, *, has_sound: bool) -> Decoded:
    strip = reading.strip
    if not strip.frame_count:
        raise Unreadable("not one picture in it can be decoded")
    strip.finish()
    return Decoded(
        duration_s=strip.end_s,
        shots=tuple(strip.album.shots),
        frames=tuple(pack.frames),
        has_sound=has_sound,
        frame_count=strip.frame_count,
        bad_packets=reading.damage.packets,
        warnings=tuple(reading.warnings(has_sound=has_sound)),
        subtitles=reading.subtitles.tracks(end_s=strip.end_s),
    )
