"""The official Python client of today, with another base URL and nothing else."""

from collections.abc import Iterator

import httpx
import pytest
from live import KEY, LiveServer
from twelvelabs import TwelveLabs
from twelvelabs.indexes import IndexesCreateRequestModelsItem

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(server: LiveServer) -> Iterator[TwelveLabs]:
    with httpx.Client(trust_env=False) as connection:
        yield TwelveLabs(api_key=KEY, base_url=f"{server.url}/v1.3", httpx_client=connection)


def test_it_indexes_a_url_waits_and_searches(client: TwelveLabs, clip_url: str) -> None:
    model = IndexesCreateRequestModelsItem(model_name="marengo3.0", model_options=["visual", "audio"])
    index = client.indexes.create(index_name="official", models=[model])
    assert index.id is not None

    task = client.tasks.create(index_id=index.id, video_url=clip_url)
    assert task.id is not None
    done = client.tasks.wait_for_done(task_id=task.id, sleep_interval=0.2)
    found = list(client.search.query(index_id=index.id, search_options=["visual"], query_text="red"))

    assert done.status == "ready"
    assert found
    assert found[0].video_id == task.video_id == done.video_id
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))

    videos = list(client.indexes.videos.list(index_id=index.id))
    assert [video.id for video in videos] == [task.video_id]
    client.indexes.delete(index.id)
