"""Clips begin on the frame that was asked for, with its sound."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kinodex.domain.errors import VideoBroken
from kinodex.domain.media import MediaFacts
from kinodex.domain.timeline import Span
from kinodex.media.pyav import PyavReader

FPS = 25
FACTS = MediaFacts(
    duration_s=1.0,
    width_px=320,
    height_px=180,
    fps=25.0,
    size_bytes=200,
    container="mp4",
    video_codec="h264",
    audio_codec=None,
)


def _film(path: Path, *, seconds: int = 8, sound: bool = True, **options: str) -> Path:
    """Frames that count in grey, one step each; at each whole second a beep of its own pitch."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = container.add_stream("aac", rate=48_000, layout="mono") if sound else None
        for number in range(seconds * FPS):
            frame = av.VideoFrame.from_ndarray(_grey(number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(frame))
        container.mux(video.encode())
        if audio is not None:
            at = np.arange(seconds * 48_000)
            pitch = 300 + 100 * (at // 48_000)
            wave = (8000 * np.sin(at * 2 * np.pi * pitch / 48_000)).astype(np.int16)[None, :]
            for start in range(0, wave.shape[1], 1024):
                block = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(wave[:, start : start + 1024]), format="s16", layout="mono"
                )
                block.sample_rate, block.pts = 48_000, start
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return path


def _grey(number: int) -> "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]":
    picture = np.full((180, 320, 3), 20 + number, np.uint8)
    picture[20:60, 20 + number : 60 + number] = 250
    return picture


def _pictures(path: Path) -> list[tuple[float, "np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]"]]:
    with av.open(str(path)) as container:
        return [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def _cut(source: Path, folder: Path, start_s: float, end_s: float) -> Path:
    reader = PyavReader()
    folder.mkdir(exist_ok=True)
    facts = reader.probe(source)
    return reader.clip(source, folder, facts=facts, span=Span(start_s, end_s), progress=lambda _share: None)


def _difference(one: object, other: object) -> float:
    return float(np.abs(np.asarray(one, int) - np.asarray(other, int)).mean())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("film.mp4", {"g": "100", "bf": "3"}),
        pytest.param("film.ts", {"g": "50"}, marks=pytest.mark.slow),
        pytest.param("film.mkv", {"g": "50", "bf": "2"}, marks=pytest.mark.slow),
    ],
)
def test_the_first_frame_is_the_one_shown_at_the_start(
    tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    source = _film(tmp_path / name, **options)
    shown = [picture for _, picture in _pictures(source)]
    made = _cut(source, tmp_path / "out", 2.53, 4.0)
    frames = _pictures(made)
    first = int(2.53 * FPS)
    assert frames[0][0] == 0.0
    assert _difference(frames[0][1], shown[first]) < 1.5
    assert _difference(frames[0][1], shown[first - 1]) > 2 * _difference(frames[0][1], shown[first])
    assert _difference(frames[0][1], shown[first + 1]) > 2 * _difference(frames[0][1], shown[first])
    assert frames[1][0] == pytest.approx((first + 1) / FPS - 2.53, abs=0.001)
    assert len(frames) == 4 * FPS - first
    with av.open(str(made)) as container:
        names = [stream.codec_context.name for stream in container.streams]
        assert names == ["vp9", "aac"]
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(sound) / 48_000 == pytest.approx(1.47, abs=0.05)
    # The pitch changes at second 3 of the film, 0.47 s into the clip.
    for at_s, pitch in ((0.1, 500), (0.8, 600)):
        piece = sound[round(at_s * 48_000) :][:9_600]
        spectrum = np.abs(np.fft.rfft(piece))
        assert abs(int(spectrum.argmax()) * 5 - pitch) <= 5


@pytest.mark.slow
def test_a_clip_of_a_silent_film_from_its_beginning_is_silent_and_whole(tmp_path: Path) -> None:
    source = _film(tmp_path / "film.mp4", sound=False, seconds=3)
    frames = _pictures(_cut(source, tmp_path / "out", 0.0, 3.0))
    assert len(frames) == 3 * FPS


def test_a_stretch_without_pictures_is_refused(tmp_path: Path) -> None:
    source = _film(tmp_path / "film.mp4", seconds=1, sound=False)
    source.write_bytes(source.read_bytes()[:200])
    with pytest.raises(VideoBroken):
        PyavReader().clip(source, tmp_path, facts=FACTS, span=Span(0.1, 0.5), progress=lambda _share: None)
