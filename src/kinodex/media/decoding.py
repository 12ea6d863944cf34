"""
The one decode pass: every frame and every block of sound is decoded once, in order, and then forgotten.

Memory stays flat: some seconds of signatures, the candidates of those seconds, one frame.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.frame import Frame
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from kinodex.domain.media import Decoded, MediaFacts
from kinodex.media.clock import PresentationClock
from kinodex.media.filmstrip import Filmstrip
from kinodex.media.framepack import FRAMES_FILE, SOUND_FILE, FramePack, save_decoded, sync
from kinodex.media.messages import Unreadable
from kinodex.media.opening import VideoFile, open_video, reason_of
from kinodex.media.probing import usual_step_s
from kinodex.media.protocols import Progress
from kinodex.media.soundtrack import SoundTrack

_MOST_FLUSHES = 32
_SOUND_BEYOND_S = 10.0
_MISSING_FROM_S = 1.0


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
    clock = _start_clock(path, max_pixels=max_pixels)
    with ExitStack() as stack:
        file = stack.enter_context(open_video(path, max_pixels=max_pixels))
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
        damage = _run(file, strip, track, duration_s=facts.duration_s, progress=progress)
        has_sound = track.finish(strip.end_s)
        decoded = _decoded(strip, frames, facts=facts, has_sound=has_sound, damage=damage)
        sync(pack)
        sync(sound)
    if not decoded.has_sound:
        (folder / SOUND_FILE).unlink()
    save_decoded(folder, decoded)
    return decoded


def _start_clock(path: Path, *, max_pixels: int) -> PresentationClock:
    """Return a clock at the first picture; those before the first time stamp are dated back."""
    with open_video(path, max_pixels=max_pixels, with_sound=False) as file:
        step_s, undated = usual_step_s(file), 0
        for packet in file.packets():
            for frame in _frames(packet, []):
                if frame.pts is not None and frame.time_base is not None:
                    origin_s = float(frame.pts * frame.time_base) - undated * step_s
                    return PresentationClock(origin_s, step_s)
                undated += 1
        if not undated:
            raise Unreadable("not one picture in it can be decoded")
        return PresentationClock(0.0, step_s)


def _run(
    file: VideoFile, strip: Filmstrip, track: SoundTrack, *, duration_s: float, progress: Progress
) -> list[str]:
    """Decode everything and return what was wrong, once for each damaged packet."""
    damage: list[str] = []
    for packet in file.packets():
        for frame in _frames(packet, damage):
            if isinstance(frame, VideoFrame):
                strip.add(frame)
                progress(min(1.0, strip.end_s / duration_s) if duration_s else 0.0)
            elif isinstance(frame, AudioFrame):
                _add_sound(track, frame, damage)
    return damage


def _frames(packet: "Packet[Stream]", damage: list[str]) -> Iterator[Frame]:
    """Yield what a packet holds; an empty packet empties the decoder, past damaged places."""
    for _ in range(1 if packet.size else _MOST_FLUSHES):
        try:
            yield from (frame for frame in packet.decode() if isinstance(frame, Frame))
        except av.EOFError:
            return
        except (av.FFmpegError, ValueError) as error:
            damage.append(reason_of(error))
            continue
        return


def _add_sound(track: SoundTrack, frame: AudioFrame, damage: list[str]) -> None:
    try:
        track.add(frame)
    except (av.FFmpegError, ValueError) as error:
        damage.append(reason_of(error))


def _decoded(
    strip: Filmstrip, pack: FramePack, *, facts: MediaFacts, has_sound: bool, damage: list[str]
) -> Decoded:
    if not strip.frame_count:
        raise Unreadable("not one picture in it can be decoded")
    strip.finish()
    return Decoded(
        duration_s=strip.end_s,
        shots=tuple(strip.album.shots),
        frames=tuple(pack.frames),
        has_sound=has_sound,
        frame_count=strip.frame_count,
        bad_packets=len(damage),
        warnings=tuple(_warnings(strip.end_s, facts, has_sound=has_sound, damage=damage)),
    )


def _warnings(end_s: float, facts: MediaFacts, *, has_sound: bool, damage: list[str]) -> Iterator[str]:
    if damage:
        yield f"{len(damage)} damaged packets were passed over (the first: {damage[0]})."
    if facts.duration_s - end_s > _MISSING_FROM_S:
        yield f"Of {facts.duration_s:.1f} s only {end_s:.1f} s could be decoded."
    if facts.has_audio and not has_sound:
        yield "There is a sound track, and no sound in it could be decoded."
