"""How long a step may take."""

from pathlib import Path

import pytest

from kinodex.domain.lifelines import Extent
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.deadlines import Deadline, Deadlines, Patience

PATIENCE = Patience(floor_s=600, factor=20, still_s=300, fetch_s=3600)
MIB = 1024**2


def _allowed_s(step: str, *, rate: float | None = None, **extent: float | None) -> float:
    rates = {} if rate is None else {step: rate}
    return Deadline(step, PATIENCE, rates).allowed_s(Extent(**extent))  # type: ignore[arg-type]


def test_a_short_video_has_the_floor_and_a_long_one_what_its_length_takes() -> None:
    assert _allowed_s("decode", video_s=10.0) == pytest.approx(600 + 20 * 0.06 * 10)
    assert _allowed_s("decode", video_s=3600.0) == pytest.approx(600 + 20 * 0.06 * 3600)
    assert _allowed_s("decode", video_s=10.0, size_bytes=500 * MIB) == pytest.approx(1100 + 12)


def test_a_machine_that_was_measured_to_be_slow_has_longer_and_a_quick_one_no_less() -> None:
    assert _allowed_s("decode", rate=0.6, video_s=100.0) == pytest.approx(600 + 20 * 0.6 * 100)
    assert _allowed_s("decode", rate=0.001, video_s=100.0) == _allowed_s("decode", video_s=100.0)


def test_a_step_that_may_decode_again_has_time_for_it() -> None:
    for step in ("transcribe", "read_screen_text", "embed_pictures", "prepare_playback"):
        assert _allowed_s(step, video_s=1000.0) > _allowed_s("decode", video_s=1000.0)


def test_a_fetch_has_the_time_of_the_download_on_top_whose_pace_is_the_other_sides() -> None:
    assert _allowed_s("fetch", video_s=None) > PATIENCE.fetch_s + PATIENCE.floor_s


@pytest.mark.parametrize("step", ["embed", "examine", "assemble", "take_over", "publish"])
def test_every_step_has_a_deadline(step: str) -> None:
    assert 600 <= _allowed_s(step, video_s=60.0, size_bytes=MIB) < 1500


def test_the_rates_are_those_measured_on_this_machine(tmp_path: Path) -> None:
    records = SqlRecords(f"sqlite:///{tmp_path / 'kinodex.db'}")
    deadlines = Deadlines(records=records, patience=PATIENCE)
    assert deadlines.of("decode").rates == {}
    with records.write() as transaction:
        transaction.steps.finished("a" * 24, "decode", seconds=60.0, video_s=60.0)  # type: ignore[arg-type]
    assert deadlines.of("decode").allowed_s(Extent(video_s=60.0)) == pytest.approx(600 + 20 * 60)
    records.close()
