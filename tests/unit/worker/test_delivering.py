"""The loop that tells webhooks of events: it starts, goes on after trouble, and stops."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from receiver import PATIENT, Receiver, Teller, Told, receiving, taken

from kinodex.domain.webhooks import DeliveryStatus
from kinodex.stores.sql.records import SqlRecords
from kinodex.worker import delivering
from kinodex.worker.delivering import Delivering


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def teller(tmp_path: Path, receiver: Receiver) -> Iterator[Teller]:
    records = SqlRecords(f"sqlite:///{tmp_path / 'kinodex.db'}")
    yield Teller(records, allow=[f"127.0.0.1:{receiver.port}"], limits=PATIENT)
    records.close()


def until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def test_events_are_told_while_it_runs_and_not_before_or_after(teller: Teller, receiver: Receiver) -> None:
    teller.webhooks.create(receiver.on("/hook"))
    first = teller.happen()
    loop = Delivering(teller.deliveries, poll_s=0.01)
    assert receiver.at("/hook") == []
    loop.start()
    until(lambda: len(receiver.at("/hook")) == 1)
    for _ in range(20):
        teller.happen()
    until(lambda: len(receiver.at("/hook")) == 21)
    loop.stop()
    teller.happen()
    time.sleep(0.05)
    assert len(receiver.at("/hook")) == 21
    assert receiver.at("/hook")[0].event["id"] == first.id


def test_a_claim_of_an_earlier_life_is_taken_up_at_once(teller: Teller, receiver: Receiver) -> None:
    teller.webhooks.create(receiver.on("/hook"))
    teller.happen()
    assert len(teller.deliveries.claim(most=1, most_failing=1)) == 1
    loop = Delivering(teller.deliveries, poll_s=0.01)
    loop.start()
    until(lambda: len(receiver.at("/hook")) == 1)
    loop.stop()


def test_trouble_with_the_database_ends_nothing(
    teller: Teller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = threading.Semaphore(3)
    sound = teller.deliveries.claim

    def claim(**options: int) -> object:
        if failures.acquire(blocking=False):
            raise ConnectionError("the database is away")
        return sound(**options)

    monkeypatch.setattr(teller.deliveries, "claim", claim)
    teller.webhooks.create(receiver.on("/hook"))
    teller.happen()
    loop = Delivering(teller.deliveries, poll_s=0.01)
    loop.start()
    until(lambda: len(receiver.at("/hook")) == 1)
    loop.stop()


def test_a_stop_waits_a_little_and_then_leaves_the_rest_to_the_next_life(
    teller: Teller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "GRACE_S", 0.3)

    def hold(told: Told) -> None:
        told.stall()

    webhook = teller.webhooks.create(receiver.on("/hook", hold, taken))
    teller.happen()
    loop = Delivering(teller.deliveries, poll_s=0.01)
    loop.start()
    until(lambda: len(receiver.at("/hook")) == 1)
    loop.stop()
    assert teller.only(webhook)[0].status is DeliveryStatus.PENDING
    assert teller.round() == 1, "its claim was given back"
    assert teller.only(webhook)[0].status is DeliveryStatus.SUCCESS
