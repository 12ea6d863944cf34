"""Heavy requests: who runs, who waits, who is told to come back."""

import asyncio
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import pytest
import requests
from tests.http.conftest import KEY, VIDEO, _served

from kinodex.domain import errors
from kinodex.domain.capacity import Capacity, GateSize
from kinodex.http.app import create_app
from kinodex.http.gates import Gate

HEADERS = {"x-api-key": KEY}
SMALL = Capacity(
    searches=GateSize(2, 3), uploads=GateSize(2, 3), embeds=GateSize(1, 0), estimates=GateSize(1, 1)
)


async def _hold(gate: Gate, owners: str) -> tuple[AsyncExitStack, list["asyncio.Task[None]"], list[str]]:
    """Let each owner come in turn; return what ends their stay, those who wait, and who got in so far."""
    stay, inside = AsyncExitStack(), []

    async def come(owner: str) -> None:
        await stay.enter_async_context(gate.place(owner))
        inside.append(owner)

    tasks = []
    for owner in owners:
        tasks.append(asyncio.create_task(come(owner)))
        await asyncio.sleep(0)
    return stay, tasks, inside


async def _end(stay: AsyncExitStack, tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await stay.aclose()


def test_of_those_who_wait_the_key_with_the_fewest_running_comes_first() -> None:
    async def scene() -> list[str]:
        gate = Gate("searches", GateSize(2, 4))
        first = gate.place("a")
        await first.__aenter__()
        stay, tasks, inside = await _hold(gate, "aaabc")
        assert (gate.running, gate.waiting) == (2, 4), "a second of a runs, the others wait"
        await first.__aexit__(None, None, None)
        await asyncio.sleep(0.01)
        await _end(stay, tasks)
        assert (gate.running, gate.waiting) == (0, 0)
        return inside

    assert asyncio.run(scene()) == ["a", "b"]


def test_a_key_with_its_share_is_told_so_and_others_still_get_in() -> None:
    async def scene() -> None:
        gate = Gate("searches", GateSize(4, 4))
        stay, tasks, _ = await _hold(gate, "aaaaaa")
        assert (gate.running, gate.waiting) == (3, 3)
        with pytest.raises(errors.Overloaded, match="6 searches of this key run or wait already, and 6 may"):
            await gate.place("a").__aenter__()
        async with gate.place("b"):
            assert gate.running == 4
        await _end(stay, tasks)

    asyncio.run(scene())


def test_a_full_gate_a_late_turn_and_a_closed_gate_are_refused_as_the_servers_fault() -> None:
    async def scene() -> list[tuple[str, str]]:
        told = []
        gate = Gate("searches", GateSize(1, 1), longest_turn_s=0.02)
        async with gate.place("a"):
            late = asyncio.create_task(gate.place("b").__aenter__())
            await asyncio.sleep(0)
            for attempt in (gate.place("c").__aenter__(), late):
                with pytest.raises(errors.ServerOverloaded) as refused:
                    await attempt
                told.append((refused.value.code, refused.value.message))
            waits = asyncio.create_task(gate.place("b").__aenter__())
            await asyncio.sleep(0)
            gate.close()
            for attempt in (waits, gate.place("c").__aenter__()):
                with pytest.raises(errors.ServerStopping) as stopping:
                    await attempt
                told.append((stopping.value.code, stopping.value.message))
        assert gate.refused == {"server": 1, "late": 1, "stopping": 2}
        assert (gate.running, gate.waiting) == (0, 0)
        return told

    full, late, *closed = asyncio.run(scene())
    assert full == ("server_overloaded", full[1])
    assert full[1].startswith("1 searches run and 1 wait already")
    assert "did not come within 0.02 s" in late[1]
    assert closed == [("server_stopping", "The server is stopping. Try again in 10 s.")] * 2


def test_one_who_leaves_at_the_moment_of_its_turn_leaves_its_place_to_the_next() -> None:
    async def scene() -> None:
        gate = Gate("searches", GateSize(1, 2))
        first = gate.place("a")
        await first.__aenter__()
        stay, (leaver, stayer), inside = await _hold(gate, "bc")
        await first.__aexit__(None, None, None)
        leaver.cancel()
        await asyncio.sleep(0.01)
        assert inside == ["c"]
        await stayer
        await stay.aclose()
        assert gate.running == 0

    asyncio.run(scene())


@contextmanager
def _held_back(backstage: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Searches that wait until they are let go."""
    go = threading.Event()
    search = backstage.usecases.search.search

    def slow(*args: Any, **named: Any) -> Any:
        go.wait(20)
        return search(*args, **named)

    monkeypatch.setattr(type(backstage.usecases.search), "search", lambda _self, *a, **n: slow(*a, **n))
    try:
        yield go
    finally:
        go.set()


def _when_refused(gate: Gate, number: int, then: Callable[[], None]) -> None:
    def watch() -> None:
        ends_at = time.monotonic() + 15
        while gate.refused.total() < number and time.monotonic() < ends_at:
            time.sleep(0.01)
        then()

    threading.Thread(target=watch).start()


def _statuses(send: Any, number: int) -> tuple[Counter[int], list[requests.Response]]:
    with ThreadPoolExecutor(number) as threads:
        answers = list(threads.map(send, range(number)))
    return Counter(answer.status_code for answer in answers), answers


def test_of_too_many_searches_some_are_answered_and_the_others_told_when_to_come_back(
    backstage, index_id: str, monkeypatch
) -> None:
    app = create_app(backstage.usecases, signing_key=b"k", capacity=SMALL)
    body = {"index_id": index_id, "query": "a", "search_options": ["conversation"]}
    with _served(app) as address, _held_back(backstage, monkeypatch) as go:
        _when_refused(app.state.gates["searches"], 35, go.set)

        def send(_: int) -> requests.Response:
            return requests.post(f"{address}/v1.1/search", json=body, headers=HEADERS, timeout=30)

        statuses, answers = _statuses(send, 40)
        figures = requests.get(f"{address}/metrics", timeout=30).text
        assert requests.get(f"{address}/healthz", timeout=30).ok
    assert statuses[429] == 40 - 5, statuses
    assert statuses[200] == 5
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert 'kinodex_gate_refused_total{gate="searches",reason="key"} 35.0' in figures
    assert 'kinodex_gate_running{gate="searches"} 0.0' in figures


def test_a_sender_of_a_file_who_has_no_place_is_refused_and_leaves_nothing(
    backstage, index_id: str, monkeypatch
) -> None:
    app = create_app(backstage.usecases, signing_key=b"k", capacity=SMALL)
    go = threading.Event()
    probe = backstage.media.probe
    monkeypatch.setattr(backstage.media, "probe", lambda path: go.wait(20) and probe(path))

    def send(number: int) -> requests.Response:
        files = {"video_file": (f"{number}.mp4", VIDEO)}
        return requests.post(
            f"{address}/v1.3/tasks", data={"index_id": index_id}, files=files, headers=HEADERS, timeout=30
        )

    with _served(app) as address:
        _when_refused(app.state.gates["uploads"], 15, go.set)
        statuses, _ = _statuses(send, 20)
        by_url = {"index_id": index_id, "video_url": "http://films.example/a.mp4"}
        files = {"unused": ("", b"")}
        light = requests.post(f"{address}/v1.3/tasks", data=by_url, files=files, headers=HEADERS, timeout=30)
    assert statuses == {201: 5, 429: 15}, statuses
    assert light.ok, light.text
    assert len(backstage.jobs.queued) == 6
    assert list(backstage.uploads.iterdir()) == []


def test_more_requests_than_may_be_open_are_refused_in_the_form_of_their_version(
    backstage, index_id: str, monkeypatch
) -> None:
    app = create_app(backstage.usecases, signing_key=b"k", capacity=Capacity(requests=1))
    body = {"index_id": index_id, "query": "a", "search_options": ["conversation"]}
    with _served(app) as address, _held_back(backstage, monkeypatch) as go, ThreadPoolExecutor(1) as thread:
        first = thread.submit(requests.post, f"{address}/v1.1/search", json=body, headers=HEADERS, timeout=30)
        gate = app.state.gates["searches"]
        while not gate.running:
            time.sleep(0.01)
        plain = requests.get(f"{address}/v1.1/indexes", headers=HEADERS, timeout=30)
        nested = requests.post(f"{address}/v1.3/embed-v2", json={}, headers=HEADERS, timeout=30)
        assert requests.get(f"{address}/healthz", timeout=30).ok, "how it is can be asked all the same"
        go.set()
        assert first.result().status_code == 200
        assert requests.get(f"{address}/v1.1/indexes", headers=HEADERS, timeout=30).ok
    assert (plain.status_code, plain.json()["code"]) == (503, "server_overloaded")
    assert re.search("1 requests are open, and 1 may", plain.json()["message"])
    assert plain.headers["Retry-After"] == "1"
    assert nested.json()["error"]["code"] == "server_overloaded"


def test_a_drain_lets_the_open_ones_end_and_answers_new_ones_with_503(
    backstage, index_id: str, monkeypatch
) -> None:
    app = create_app(backstage.usecases, signing_key=b"k")
    body = {"index_id": index_id, "query": "a", "search_options": ["conversation"]}
    with _served(app) as address, _held_back(backstage, monkeypatch) as go, ThreadPoolExecutor(1) as thread:
        open_one = thread.submit(
            requests.post, f"{address}/v1.1/search", json=body, headers=HEADERS, timeout=30
        )
        while not app.state.gates["searches"].running:
            time.sleep(0.01)
        app.state.drain.begin()
        new = requests.get(f"{address}/v1.1/indexes", headers=HEADERS, timeout=30)
        go.set()
        assert open_one.result().status_code == 200
        assert open_one.result().headers["Connection"] == "close"
    assert (new.status_code, new.json()["code"]) == (503, "server_stopping")
    assert new.headers["Connection"] == "close"
    assert int(new.headers["Retry-After"]) <= 30


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["search", "upload"])
def test_of_two_hundred_at_once_every_one_is_answered(backstage, index_id: str, kind: str) -> None:
    app = create_app(backstage.usecases, signing_key=b"k")
    body = {"index_id": index_id, "query": "a", "search_options": ["conversation"]}

    def send(number: int) -> requests.Response:
        if kind == "search":
            return requests.post(f"{address}/v1.1/search", json=body, headers=HEADERS, timeout=60)
        files = {"file": (f"{number}.mp4", VIDEO)}
        form = {"method": "direct"}
        return requests.post(f"{address}/v1.3/assets", data=form, files=files, headers=HEADERS, timeout=60)

    with _served(app) as address:
        statuses, answers = _statuses(send, 200)
        assert requests.get(f"{address}/healthz", timeout=30).ok
        assert send(200).status_code in {200, 201}, "afterwards all is well"
    assert set(statuses) <= {200, 201, 429, 503}
    assert statuses.total() == 200
    assert statuses[200] + statuses[201] >= 8
    for answer in answers:
        if answer.status_code in {429, 503}:
            assert answer.json()["code"] in {"too_many_requests", "server_overloaded"}
            assert 1 <= int(answer.headers["Retry-After"]) <= 30
    assert not backstage.uploads.exists() or list(backstage.uploads.iterdir()) == []
