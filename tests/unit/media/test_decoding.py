"""The decode pass, on films whose cuts, sizes and sounds are known."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from kinodex.domain.media import Decoded
from kinodex.media.framepack import load_decoded, read_frames, read_sound
from kinodex.media.messages import Unreadable
from kinodex.media.probing import probe

FRAME_S = 0.04


def cuts_of(decoded: Decoded) -> list[float]:
    return [round(shot.span.start_s, 2) for shot in decoded.shots[1:]]


def mix(one, other, share):
    return np.rint(one * (1 - share) + other * share).astype(np.uint8)


def remux(source: Path, target: Path, change: Callable[[av.Packet, int], None] | None = None) -> Path:
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        copies = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for number, packet in enumerate(old.demux()):
            if packet.dts is not None:
                if change:
                    change(packet, number)
                packet.stream = copies[packet.stream_index]
                new.mux(packet)
    return target


def test_cuts_are_found_to_the_frame(film, run_pass):
    assert cuts_of(run_pass(film)) == [2.0, 4.0]


def test_shots_cover_the_video_without_gap_and_are_numbered_from_nought(film, run_pass):
    decoded = run_pass(film)

    assert decoded.shots[0].span.start_s == 0
    assert decoded.shots[-1].span.end_s == decoded.duration_s == pytest.approx(6.0)
    assert all(one.span.end_s == other.span.start_s for one, other in pairwise(decoded.shots))
    assert [shot.number for shot in decoded.shots] == [0, 1, 2]


def test_a_dissolve_is_one_boundary_in_its_middle(scene, write_film, run_pass, tmp_path):
    (before, *_), (after, *_) = scene(1), scene(2)
    dissolve = [mix(before, after, place / 25) for place in range(1, 25)]

    decoded = run_pass(write_film(tmp_path / "a.mp4", [before] * 50 + dissolve + [after] * 50))

    assert cuts_of(decoded) == [pytest.approx(2.5, abs=0.2)]


def test_a_fade_through_black_is_one_boundary(scene, write_film, run_pass, tmp_path):
    (before, *_), (after, *_) = scene(1), scene(2)
    black = np.zeros_like(before)
    out = [mix(before, black, place / 12) for place in range(1, 13)]
    back = [mix(black, after, place / 12) for place in range(1, 13)]

    decoded = run_pass(
        write_film(tmp_path / "a.mp4", [before] * 50 + out + [black] * 10 + back + [after] * 50)
    )

    assert cuts_of(decoded) == [pytest.approx(2.7, abs=0.3)]


def test_a_flash_is_not_a_cut(scene, write_film, run_pass, tmp_path):
    (picture, *_) = scene(1)
    flash = mix(picture, np.full_like(picture, 255), 0.8)

    decoded = run_pass(write_film(tmp_path / "a.mp4", [picture] * 40 + [flash] * 2 + [picture] * 40))

    assert cuts_of(decoded) == []


@pytest.mark.parametrize("frames", [30, 60])
def test_light_that_changes_slowly_is_not_a_cut(frames, scene, write_film, run_pass, tmp_path):
    (picture, *_) = scene(1)
    black = np.zeros_like(picture)
    dimmed = [mix(picture, black, 0.8 * place / frames) for place in range(frames + 1)]

    decoded = run_pass(write_film(tmp_path / "a.mp4", [picture] * 30 + dimmed + dimmed[-1:] * 30))

    assert cuts_of(decoded) == []


def test_a_moving_picture_is_one_shot(scene, write_film, run_pass, tmp_path):
    (wide, *_) = scene(1, size=(640, 180))
    panned = [wide[:, offset : offset + 320] for offset in range(0, 320, 4)]

    assert cuts_of(run_pass(write_film(tmp_path / "a.mp4", panned))) == []


def test_every_shot_however_short_has_a_picture_from_inside_it(scene, write_film, run_pass, tmp_path):
    pictures = [frame for seed in range(8) for frame in scene(seed, seconds=0.52)]

    decoded = run_pass(write_film(tmp_path / "a.mp4", pictures))

    assert len(decoded.shots) == 8
    for shot in decoded.shots:
        times = [frame.at_s for frame in decoded.frames if frame.shot == shot.number]
        assert times
        assert all(shot.span.start_s <= at_s < shot.span.end_s for at_s in times)


def test_pictures_are_those_of_their_shot(film, scene, run_pass):
    decoded = run_pass(film)

    pictures = read_frames(film.parent / "decoded", decoded.frames)

    for frame, picture in zip(decoded.frames, pictures, strict=True):
        wanted = scene(frame.shot + 1)[0]
        assert np.abs(picture.astype(int) - wanted).mean() < 8


def test_a_still_picture_is_kept_every_four_seconds_only(scene, write_film, run_pass, tmp_path):
    decoded = run_pass(write_film(tmp_path / "a.mp4", scene(1, seconds=11)))

    assert [round(frame.at_s) for frame in decoded.frames] == [0, 4, 8]


def test_a_slide_show_has_each_slide_once_or_more(scene, write_film, run_pass, tmp_path):
    slides = [scene(seed)[0] for seed in range(6)]

    decoded = run_pass(write_film(tmp_path / "a.mkv", slides, times_s=[2.0 * place for place in range(6)]))

    assert {round(frame.at_s) for frame in decoded.frames} == {0, 2, 4, 6, 8, 10}


def test_only_time_stamps_count_when_the_rate_varies(scene, write_film, run_pass, tmp_path):
    pictures = scene(1, seconds=2) + scene(2, seconds=1)
    times = [*np.arange(50) * 0.1, *(5 + np.arange(25) * 0.02)]

    decoded = run_pass(write_film(tmp_path / "a.mkv", pictures, times_s=times))

    assert cuts_of(decoded) == [pytest.approx(5.0, abs=0.01)]
    assert decoded.duration_s == pytest.approx(5.5, abs=0.05)


@pytest.mark.parametrize("start_s", [30.0, 0.48])
def test_time_begins_with_the_first_picture(start_s, scene, tone, write_film, run_pass, tmp_path):
    path = write_film(
        tmp_path / "a.ts", scene(1) + scene(2), start_s=start_s, sounds=[(0.0, tone(4.0))], codec="mpeg2video"
    )

    decoded = run_pass(path)

    assert decoded.frames[0].at_s == 0
    assert cuts_of(decoded) == [pytest.approx(2.0, abs=0.01)]
    assert decoded.duration_s == pytest.approx(4.0, abs=0.1)


def test_pictures_before_nought_are_shown_from_nought(scene, write_film, run_pass, tmp_path):
    decoded = run_pass(write_film(tmp_path / "a.mkv", scene(1) + scene(2), start_s=-1.0))

    assert decoded.frames[0].at_s == 0
    assert cuts_of(decoded) == [pytest.approx(2.0, abs=0.01)]


def test_rotation_is_applied(scene, write_film, run_pass, tmp_path):
    path = write_film(tmp_path / "a.mp4", scene(1), prepare=lambda stream: stream.set_display_rotation(90))

    facts, decoded = probe(path, max_pixels=10**7), run_pass(path)
    (picture,) = read_frames(tmp_path / "decoded", decoded.frames[:1])

    assert (facts.width_px, facts.height_px) == (180, 320)
    assert picture.shape == (320, 180, 3)
    turned = np.rot90(scene(1)[0], facts.rotation_deg // 90)
    assert np.abs(picture.astype(int) - turned).mean() < 8


def test_pixels_are_shown_square(scene, write_film, run_pass, tmp_path):
    def anamorphic(stream):
        stream.codec_context.sample_aspect_ratio = Fraction(4, 3)

    path = write_film(tmp_path / "a.mkv", scene(1, size=(240, 180)), prepare=anamorphic)

    assert (probe(path, max_pixels=10**7).width_px, run_pass(path).frames[0].width_px) == (320, 320)


@pytest.mark.parametrize(
    ("codec", "pixels", "ending"),
    [
        ("libx265", "yuv420p10le", "mp4"),
        ("libx264", "yuv444p", "mkv"),
        ("libvpx-vp9", "yuv420p", "webm"),
        ("mjpeg", "yuvj420p", "avi"),
        ("ffv1", "bgr0", "mkv"),
        ("mpeg4", "yuv420p", "avi"),
    ],
)
def test_every_format_gives_the_same_pictures_and_cuts(
    codec, pixels, ending, scene, write_film, run_pass, tmp_path
):
    pictures = scene(1, seconds=1.2) + scene(2, seconds=1.2)

    decoded = run_pass(write_film(tmp_path / f"a.{ending}", pictures, codec=codec, pixels=pixels))
    first, *_, last = read_frames(tmp_path / "decoded", decoded.frames)

    assert cuts_of(decoded) == [pytest.approx(1.2, abs=FRAME_S)]
    assert np.abs(first.astype(int) - pictures[0]).mean() < 14
    assert np.abs(last.astype(int) - pictures[-1]).mean() < 14


def test_a_size_that_changes_midway_is_followed(scene, write_film, run_pass, tmp_path):
    small = write_film(tmp_path / "a.ts", scene(1), codec="mpeg2video")
    large = write_film(tmp_path / "b.ts", scene(2, size=(640, 360)), codec="mpeg2video", start_s=2.0)
    joined = tmp_path / "c.ts"
    joined.write_bytes(small.read_bytes() + large.read_bytes())

    decoded = run_pass(joined)

    assert {(frame.width_px, frame.height_px) for frame in decoded.frames} == {(320, 180), (640, 360)}
    assert len(decoded.shots) == 2


def test_pictures_are_never_enlarged_and_at_most_640_px_long(scene, write_film, run_pass, tmp_path):
    decoded = run_pass(write_film(tmp_path / "a.mp4", scene(1, seconds=0.4, size=(1280, 718))))

    assert (decoded.frames[0].width_px, decoded.frames[0].height_px) == (640, 359)


def test_a_silent_film_has_no_sound_file(scene, write_film, run_pass, tmp_path):
    decoded = run_pass(write_film(tmp_path / "a.mp4", scene(1)))

    assert not decoded.has_sound
    assert not (tmp_path / "decoded" / "sound.s16").exists()


def test_sound_longer_than_the_pictures_is_cut(scene, tone, write_film, run_pass, tmp_path):
    run_pass(write_film(tmp_path / "a.mp4", scene(1), sounds=[(0.0, tone(5.0))]))

    assert len(read_sound(tmp_path / "decoded", 0.0, 60.0)) == pytest.approx(2 * 16_000, abs=2)


def test_sound_is_placed_by_its_time_stamps_and_holes_are_silent(scene, tone, write_film, run_pass, tmp_path):
    sounds = [(0.5, tone(1.0)), (2.5, tone(1.0))]
    run_pass(write_film(tmp_path / "a.mkv", scene(1, seconds=4), sounds=sounds, sound_codec="pcm_s16le"))

    def loudness(start_s: float, end_s: float) -> float:
        return float(np.sqrt(np.square(read_sound(tmp_path / "decoded", start_s, end_s)).mean()))

    assert loudness(0.6, 1.4) == pytest.approx(0.35, abs=0.02)
    assert loudness(2.6, 3.4) == pytest.approx(0.35, abs=0.02)
    assert loudness(0.0, 0.45) < 0.001
    assert loudness(1.6, 2.4) < 0.001


def test_a_truncated_film_is_read_as_far_as_it_goes(film, run_pass, tmp_path):
    remux(film, tmp_path / "a.mkv")
    whole = (tmp_path / "a.mkv").read_bytes()
    (tmp_path / "b.mkv").write_bytes(whole[: len(whole) * 6 // 10])

    decoded = run_pass(tmp_path / "b.mkv")

    assert 1.0 < decoded.duration_s < 5.9
    assert decoded.shots[-1].span.end_s == decoded.duration_s


def test_damaged_packets_are_passed_over_and_counted(film, run_pass, tmp_path):
    def damage(packet: av.Packet, number: int) -> None:
        if packet.stream.type == "video" and number % 50 == 20:
            packet.update(bytes(packet.size))

    decoded = run_pass(remux(film, tmp_path / "a.mkv", damage))

    assert decoded.bad_packets >= 1
    assert "damaged packets" in decoded.warnings[0].message
    assert cuts_of(decoded) == [2.0, 4.0]


def test_a_film_whose_pictures_are_all_too_large_is_unreadable(film, run_pass):
    with pytest.raises(Unreadable):
        run_pass(film, max_pixels=100)


def test_the_result_on_disk_is_the_result(film, run_pass):
    decoded = run_pass(film)

    assert load_decoded(film.parent / "decoded") == decoded
    assert not list(Path(film.parent / "decoded").glob("*.part"))
