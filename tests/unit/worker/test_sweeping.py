"""The thread that removes what nobody needs."""

import threading
from pathlib import Path

import pytest

from kinodex.domain.ids import VideoId
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.blobs import source_key
from kinodex.usecases.purging import Purging, purge_videos
from kinodex.worker import sweeping
from kinodex.worker.sweeping import Sweeper

VIDEO = VideoId("a" * 24)
PATIENCE_S = 20.0


def test_it_sweeps_at_once_and_whenever_it_is_asked_to_and_survives_a_failing_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "ROUND_S", 3600.0)
    records = SqlRecords(f"sqlite:///{tmp_path / 'kinodex.db'}")
    blobs = ObstoreBlobs(str(tmp_path / "blobs"))
    purging, rounds = Purging(records=records, blobs=blobs), threading.Semaphore(0)

    def count_and_fail() -> None:
        rounds.release()
        raise OSError("once more")

    sweeper = Sweeper(purging, others=[count_and_fail])
    for _ in range(2):
        blobs.put_bytes(source_key(VIDEO), b"video")
        with records.write() as transaction:
            purge_videos(transaction, [VIDEO], are_worked_on=False)
        if sweeper.is_running:
            purging.soon()
        else:
            sweeper.start()
        assert rounds.acquire(timeout=PATIENCE_S)
        assert blobs.size(source_key(VIDEO)) is None
    sweeper.stop()
    assert not sweeper.is_running
    records.close()
