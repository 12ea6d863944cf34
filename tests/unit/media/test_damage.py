"""What a damaged film lacks is told with its time, and the rest of it is read."""

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from kinodex.domain.media import Decoded
from kinodex.domain.timeline import Span
from kinodex.media.damage import MOST_STRETCHES, Damage, Stretch, few, holes_in_both

Change = Callable[[av.Packet], bool]


def spans(decoded: Decoded, missing: str) -> list[tuple[float, float]]:
    found = [warning.span for warning in decoded.warnings if warning.missing == missing and warning.span]
    return [(round(span.start_s, 1), round(span.end_s, 1)) for span in found]


@pytest.fixture
def changed(film: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copy the film packet by packet; ``change`` may spoil one, or say that it is to be left out."""

    def change_packets(change: Change, *, name: str = "changed.mkv") -> Path:
        path = tmp_path / name
        with av.open(str(film)) as old, av.open(str(path), "w") as new:
            copies = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
            for packet in old.demux():
                if packet.dts is not None and change(packet):
                    packet.stream = copies[packet.stream_index]
                    new.mux(packet)
        return path

    return change_packets


def _is_in(packet: av.Packet, kind: str, start_s: float, end_s: float) -> bool:
    return packet.stream.type == kind and start_s <= float(packet.dts * packet.time_base) < end_s


def _spoil(kind: str, start_s: float, end_s: float) -> Change:
    def change(packet: av.Packet) -> bool:
        if _is_in(packet, kind, start_s, end_s):
            packet.update(bytes(packet.size))
        return True

    return change


def test_a_whole_film_has_no_warning(film, run_pass):
    assert run_pass(film).warnings == ()


def test_damaged_pictures_are_told_with_their_time(changed, run_pass):
    decoded = run_pass(changed(_spoil("video", 2.5, 3.5)))

    ((start_s, end_s),) = spans(decoded, "pictures")
    assert start_s == pytest.approx(2.5, abs=0.2)
    assert end_s == pytest.approx(3.5, abs=0.4)
    assert spans(decoded, "sound") == []
    assert decoded.duration_s == pytest.approx(6.0, abs=0.1)
    assert "Pictures from 2.5" in decoded.warnings[0].message


def test_two_damaged_places_are_told_apart(changed, run_pass):
    first, second = _spoil("video", 0.5, 0.8), _spoil("video", 4.5, 4.8)

    decoded = run_pass(changed(lambda packet: first(packet) and second(packet)))

    assert [round(start_s) for start_s, _ in spans(decoded, "pictures")] in ([0, 4], [1, 5], [0, 5], [1, 4])


def test_damaged_sound_is_told_with_its_time(changed, run_pass):
    decoded = run_pass(changed(_spoil("audio", 3.0, 4.0)))

    assert spans(decoded, "pictures") == []
    ((start_s, end_s),) = spans(decoded, "sound")
    assert (start_s, end_s) == (pytest.approx(3.0, abs=0.2), pytest.approx(4.0, abs=0.2))
    assert decoded.has_sound


def test_what_is_missing_in_both_is_told_though_nothing_is_damaged(changed, run_pass):
    def lose(packet: av.Packet) -> bool:
        return not 2.0 <= float(packet.dts * packet.time_base) < 4.0

    decoded = run_pass(changed(lose))

    assert spans(decoded, "pictures") == [(pytest.approx(2.0, abs=0.3), pytest.approx(4.0, abs=0.3))]
    assert spans(decoded, "sound") == [(pytest.approx(2.0, abs=0.3), pytest.approx(4.0, abs=0.3))]


def test_a_film_cut_off_says_what_it_was_to_be(changed, film, run_pass, tmp_path):
    whole = changed(lambda _: True).read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])

    decoded = run_pass(tmp_path / "cut.mkv")

    assert 1.0 < decoded.duration_s < 5.0
    assert (round(decoded.duration_s, 1), 6.0) in spans(decoded, "pictures")
    assert any("the file declares 6.0" in warning.message for warning in decoded.warnings)


def test_sound_of_which_nothing_can_be_decoded_is_missing_from_end_to_end(changed, run_pass):
    decoded = run_pass(changed(_spoil("audio", -1.0, 9.0)))

    assert (0.0, 6.0) in spans(decoded, "sound")
    assert not decoded.has_sound


def test_many_damaged_packets_become_a_few_stretches():
    damage = Damage()
    for place in range(10_000):
        damage.note("pictures", Span(3.0 * place, 3.0 * place + 0.04), "torn")

    warnings = list(damage.warnings(40_000.0))

    assert damage.packets == 10_000
    assert 0 < len(warnings) <= MOST_STRETCHES
    assert warnings[0].span is not None
    assert warnings[-1].span is not None
    assert (warnings[0].span.start_s, round(warnings[-1].span.end_s)) == (0.0, 29997)


def test_far_damage_stays_apart_while_near_damage_is_joined():
    near = [Stretch(Span(place * 2.0, place * 2.0 + 0.1), "torn") for place in range(3)]
    far = Stretch(Span(500.0, 501.0), "torn")

    assert [stretch.span for stretch in few([*near, far], most=2)] == [Span(0.0, 4.1), far.span]


def test_a_pause_in_one_stream_only_is_no_damage():
    assert list(holes_in_both([Span(1, 3)], [Span(4, 9)])) == []
    assert list(holes_in_both([Span(1, 5)], [Span(4, 9)])) == [Span(4, 5)]
