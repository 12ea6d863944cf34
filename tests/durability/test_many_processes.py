"""The same with PostgreSQL, where several processes share the data."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from clips import make_clip
from fakes import quick_executor
from tests.durability.lanes import KILLED, Stage, stage
from tests.durability.points import POINTS

from kinodex import bootstrap
from kinodex.domain.errors import NotFound
from kinodex.domain.listing import Listing
from kinodex.settings import Settings
from kinodex.usecases import UseCases
from kinodex.usecases.search_request import SearchRequest
from kinodex.usecases.tasks import TaskRequest

pytestmark = pytest.mark.slow

CHOSEN = (
    *("submit:precommit", "submit:committed", "fail:precommit", "fail:committed"),
    *("publish:video", "publish:precommit", "publish:committed"),
    *("delete_video:precommit", "delete_video:committed", "delete_index:precommit", "delete_index:committed"),
    *("purge:claimed", "purge:bytes", "purge:committed"),
    *("delivery_claim:committed", "delivery:answered", "delivery:precommit"),
    *("cancel:committed", "withdraw:precommit", "retry:precommit", "retry:committed"),
    *("report:committed", "intake_publish:precommit", "embedding_publish:precommit"),
)
DEATHS = [(scenario, point) for scenario, points in POINTS.items() for point in points if point in CHOSEN]


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("many")) as built:
        yield built


@pytest.mark.parametrize("part", range(2))
def test_nothing_is_lost_or_left_behind_by_kills_with_postgresql(
    part: int, common: Stage, tmp_path: Path, postgres_url: str
) -> None:
    lane = common.lane(tmp_path / "lane", database_url=postgres_url, dead_after_s=1.5)
    deaths = list(lane.run(DEATHS[part::2]))
    assert [death.point for death in deaths if death.status != KILLED] == [], "points never reached"
    assert {death.point: death.violations for death in deaths if death.violations} == {}


@pytest.fixture
def processes(tmp_path: Path, postgres_url: str) -> Iterator[tuple[UseCases, UseCases]]:
    """Two machines: nothing is shared but the database and the blobs."""
    base = Settings(data_dir=tmp_path / "one", database_url=postgres_url, blob_url=str(tmp_path / "blobs"))
    other = base.model_copy(update={"data_dir": tmp_path / "other"})
    with (
        bootstrap.opened(base, executor=quick_executor()) as here,
        bootstrap.opened(other, executor=quick_executor()) as there,
    ):
        yield here, there


def test_a_deletion_is_seen_by_the_very_next_request_to_another_process(
    processes: tuple[UseCases, UseCases], tmp_path: Path
) -> None:
    here, there = processes
    index = here.indexes.create("films", models=[bootstrap.EVERYTHING], addons=[], generation="v1.3")
    path = make_clip(here.tasks.new_upload().with_suffix(".mp4"), seconds=8.0)
    task = here.tasks.create_from_file(
        TaskRequest(index_id=index.id, generation="v1.3"), path, filename="clip.mp4"
    )
    here.indexing.run(task.id, Straight())
    request = SearchRequest(
        index_id=index.id, generation="v1.3", options=("visual",), text="red or blue", threshold="none"
    )
    paged = there.search.search(replace(request, page_limit=1), owner="me")
    assert paged.moments, "its vectors are in the memory of the other process now"
    assert paged.next_token is not None

    here.videos.delete(index.id, task.video_id)

    assert there.search.search(request, owner="me").moments == []
    assert there.search.page(paged.next_token, owner="me").moments == []
    assert there.videos.list(index.id, Listing()).page.items == []
    with pytest.raises(NotFound):
        there.videos.get(index.id, task.video_id)
    there.purging.sweep()
    assert [*there.indexing.tools.blobs.list("videos/")] == [], "any process removes the bytes"


class Straight:
    """Checkpoints that remember nothing."""

    attempt = 1

    def run(self, name, step):
        return step()
