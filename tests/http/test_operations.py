"""What those who run a server ask it."""

import threading
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from kinodex.domain.clock import now
from kinodex.domain.events import Event
from kinodex.domain.lifelines import Lifeline
from kinodex.domain.tasks import TaskStatus
from kinodex.http.app import create_app
from kinodex.usecases.overdue import MOST_HANGING


def test_it_says_that_it_lives_without_a_key(client: TestClient) -> None:
    client.headers.pop("x-api-key")
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/v1.3/healthz").status_code == 200


def test_it_says_that_it_is_ready_and_why_not(client, backstage) -> None:
    client.headers.pop("x-api-key")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": []})
    backstage.blobs.is_broken = True
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "reasons": ["blob store: OSError"]}


def _figures(client: TestClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _labels(**labels: str) -> frozenset[tuple[str, str]]:
    return frozenset(labels.items())


def test_figures_count_tasks_steps_and_engines(client, backstage, index_id: str) -> None:
    task = backstage.add_task(index_id, status=TaskStatus.INDEXING)
    backstage.add_task(index_id)
    with backstage.records.write() as transaction:
        transaction.steps.started(task.id, "decode", now())
        transaction.steps.finished(task.id, "decode", seconds=3.0, video_s=60.0)
    figures = _figures(client)
    assert figures["kinodex_tasks", _labels(status="indexing")] == 1
    assert figures["kinodex_tasks", _labels(status="ready")] == 1
    assert figures["kinodex_tasks_waiting", _labels()] == 1
    assert figures["kinodex_oldest_waiting_seconds", _labels()] >= 0
    assert figures["kinodex_step_seconds_per_video_second", _labels(step="decode")] == 0.05
    assert figures["kinodex_times_real_time", _labels()] == pytest.approx(20.0)
    assert ("kinodex_engine_seconds_total", _labels(engine="fake-colours")) in figures


def test_figures_count_webhooks_and_what_they_wait_for(client, backstage) -> None:
    webhooks = backstage.usecases.webhooks
    webhooks.create("https://hooks.example/a", enabled=False)
    webhooks.create("https://hooks.example/b")
    made_at = now() - timedelta(seconds=90)
    with backstage.records.write() as transaction:
        transaction.outbox.add(Event(id="whe_a", type="index.task.ready", created_at=made_at, data={}))
    figures = _figures(client)
    assert figures["kinodex_webhooks", _labels(state="enabled")] == 1
    assert figures["kinodex_webhooks", _labels(state="disabled")] == 1
    assert figures["kinodex_webhook_deliveries", _labels(status="pending")] == 1
    assert figures["kinodex_webhook_deliveries", _labels(status="failed")] == 0
    assert 90 <= figures["kinodex_webhook_oldest_pending_seconds", _labels()] < 150


def test_figures_count_requests_by_what_they_matched(client: TestClient, index_id: str) -> None:
    for _ in range(3):
        client.get(f"/v1.1/indexes/{index_id}")
    client.get("/made/up/by/a/client")
    client.request("WEIRD", "/healthz")
    client.post("/v1.1/indexes", content=b"12345")
    figures = _figures(client)
    matched = _labels(method="GET", route="/indexes/{index_id}", version="v1.1", status="200")
    assert figures["kinodex_http_requests_total", matched] == 3
    unknown = _labels(method="GET", route="none", version="v1.3", status="404")
    assert figures["kinodex_http_requests_total", unknown] == 1
    assert figures["kinodex_http_request_seconds_count", _labels(route="/indexes/{index_id}")] == 3
    assert figures["kinodex_http_received_bytes_total", _labels()] > 5
    assert not any("WEIRD" in value for _, labels in figures for _, value in labels)


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, 401),
        ("127.0.0.1", {"Forwarded": "for=8.8.8.8"}, 401),
        ("127.0.0.1", {"x-api-key": "wrong"}, 401),
        ("10.0.0.7", {}, 401),
        ("10.0.0.7", {"x-api-key": "test-key-0123456789"}, 200),
    ],
)
def test_figures_are_for_this_machine_and_for_those_with_a_key(backstage, host, headers, status) -> None:
    app = create_app(backstage.usecases, signing_key=b"k")
    with TestClient(app, client=(host, 5000)) as client:
        assert client.get("/metrics", headers=headers).status_code == status


def test_capabilities_name_the_engines_and_what_is_degraded(shared_client: TestClient) -> None:
    answer = shared_client.get("/v1.3/capabilities").json()
    assert "fake-colours" in [engine["engine"] for engine in answer["engines"]]
    assert answer["degraded"] == ["no sandbox"]
    assert "index.task.failed" in answer["webhooks"]["events"]


def test_steps_that_hang_are_degraded_and_with_too_many_the_server_is_not_ready(client, backstage) -> None:
    overdue, go = backstage.usecases.health.overdue, threading.Event()
    threads = [threading.Thread(target=go.wait) for _ in range(MOST_HANGING)]
    for number, thread in enumerate(threads, start=1):
        assert client.get("/readyz").status_code == 200
        thread.start()
        overdue.note_end("transcribe")
        overdue.note_hanging("transcribe", thread, Lifeline())
        assert _figures(client)["kinodex_steps_hanging", _labels()] == number
        told = client.get("/capabilities").json()["degraded"]
        assert sum(each.startswith("The step transcribe has hung since ") for each in told) == number

    assert client.get("/readyz").json()["reasons"] == [f"worker: {overdue.worn_out}"]
    assert _figures(client)["kinodex_steps_timed_out_total", _labels(step="transcribe")] == MOST_HANGING
    go.set()
    for thread in threads:
        thread.join()
    assert client.get("/readyz").status_code == 200
    assert client.get("/capabilities").json()["degraded"] == ["no sandbox"]
