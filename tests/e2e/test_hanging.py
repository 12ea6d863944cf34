"""A worker in which an engine hangs for good starts itself anew, and goes on with the other tasks."""

import sys
import time
from pathlib import Path

import pytest
from clips import make_clip
from fakes import quick_executor
from live import LiveServer

from kinodex import bootstrap
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.settings import Settings
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.tasks import TaskRequest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

HANGING = str(Path(__file__).parents[1] / "support" / "hanging.py")
PATIENCE_S = 90.0


def _submitted(data: Path, clip: Path) -> list[Task]:
    """Put two videos in, with nobody there to work on them."""
    with bootstrap.opened(Settings(data_dir=data), executor=quick_executor()) as usecases:
        index = usecases.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
        tasks = []
        for number in range(2):
            path = usecases.tasks.new_upload()
            path.write_bytes(clip.read_bytes() + bytes(number))  # the same bytes would be indexed once
            request = TaskRequest(index_id=index.id, generation="v1.3")
            tasks.append(usecases.tasks.create_from_file(request, path, filename="clip.mp4"))
    return tasks


def _ended(data: Path, tasks: list[Task]) -> list[Task]:
    """Wait for the end of all tasks, looking into the database beside its worker."""
    records = SqlRecords(f"sqlite:///{data / 'kinodex.db'}")
    give_up_at = time.monotonic() + PATIENCE_S
    try:
        while True:
            with records.read() as transaction:
                found = [transaction.tasks.get(task.id) for task in tasks]
            if all(task is not None and task.status.is_final for task in found):
                return [task for task in found if task is not None]
            assert time.monotonic() < give_up_at, found
            time.sleep(0.1)
    finally:
        records.close()


def test_a_worker_with_a_step_that_cannot_be_ended_starts_anew_and_goes_on(tmp_path: Path) -> None:
    data, hold = tmp_path / "data", tmp_path / "hold"
    tasks = _submitted(data, make_clip(tmp_path / "clip.mp4", seconds=5.0))
    hold.touch()
    worker = LiveServer(
        data,
        command=(HANGING, str(hold)),
        arguments=("worker",),
        environment={"KINODEX_STEP_STILL_S": "15"},
        listens=False,
    )

    ended = _ended(data, tasks)

    assert [task.status for task in ended] == [TaskStatus.FAILED, TaskStatus.READY]
    assert ended[0].failure is not None
    assert ended[0].failure.code == "step_timed_out"
    assert ended[0].failure.message.endswith("could not be ended.")
    assert worker.process.poll() is None, "the same process"
    assert worker.stop() == 0
    said = worker.log.read_text()
    assert said.count("the worker starts anew") == 1
    assert "Traceback" not in said
