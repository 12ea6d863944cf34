"""Deliveries in each kind of database: claimed once, taken over from the dead, never lost."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from receiver import Receiver, Teller, Told, receiving, taken
from standardwebhooks import Webhook as StandardVerifier

from kinodex.domain.events import Event
from kinodex.domain.ids import WebhookId, new_id
from kinodex.domain.webhooks import Attempt, DeliveryStatus, Webhook
from kinodex.stores.protocols import DeliveryClaim, Shares
from kinodex.stores.sql.records import SqlRecords

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALL = Shares(whole=100, to_failing=100)
PROGRAM = Path(__file__).parents[1] / "support" / "killable_teller.py"


def a_webhook(**changes: object) -> Webhook:
    webhook = Webhook(
        id=WebhookId(new_id()),
        url="https://hooks.example/",
        events=("index.task.ready",),
        description="",
        secret="whsec_AAAA",
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(webhook, **changes)


def an_event(name: str, *, at: datetime = NOON, kind: str = "index.task.ready") -> Event:
    return Event(id=f"whe_{name}", type=kind, created_at=at, data={"name": name})


def add(records: SqlRecords, *things: Webhook | Event) -> None:
    with records.write() as transaction:
        for thing in things:
            if isinstance(thing, Webhook):
                transaction.webhooks.add(thing)
            else:
                transaction.outbox.add(thing)


def claim(records: SqlRecords, token: str, *, at: datetime = NOON, shares: Shares = ALL) -> list[int]:
    wanted = DeliveryClaim(token=token, at=at, until=at + timedelta(seconds=60))
    with records.write() as transaction:
        return list(transaction.deliveries.claim(wanted, shares))


def test_a_webhook_comes_back_as_it_was_stored(records: SqlRecords) -> None:
    webhook = a_webhook(old_secret="whsec_BBBB", old_secret_until=NOON, failing_since=NOON)
    add(records, webhook)
    changed = replace(webhook, enabled=False, disabled_reason="gone", events=("index.task.failed",))
    with records.write() as transaction:
        assert transaction.webhooks.get(webhook.id, for_change=True) == webhook
        transaction.webhooks.replace(changed)
        assert list(transaction.webhooks.list()) == [changed]
        assert transaction.webhooks.delete(webhook.id)
        assert not transaction.webhooks.delete(webhook.id)
        assert transaction.webhooks.get(webhook.id) is None


def test_an_event_and_its_deliveries_are_stored_together_or_not_at_all(records: SqlRecords) -> None:
    wants, other = a_webhook(), a_webhook(events=("index.task.failed",))
    add(records, wants, other, a_webhook(enabled=False))
    with contextlib.suppress(KeyboardInterrupt), records.write() as transaction:
        transaction.outbox.add(an_event("lost"))
        raise KeyboardInterrupt
    add(records, an_event("a"), an_event("a"))
    with records.read() as transaction:
        (delivery,) = transaction.deliveries.list(wants.id, status=None, offset=0, limit=9).items
        assert transaction.deliveries.list(other.id, status=None, offset=0, limit=9).total == 0
        assert transaction.deliveries.counts() == {DeliveryStatus.PENDING: 1}
        assert transaction.deliveries.oldest_pending() == NOON
    assert (delivery.event, delivery.due_at, delivery.attempts) == (an_event("a"), NOON, 0)


def test_workers_that_claim_at_the_same_time_share_without_doubling(records: SqlRecords) -> None:
    add(records, *(a_webhook() for _ in range(10)), an_event("a"), an_event("b"), an_event("c"))
    gate = threading.Barrier(4)

    def work(token: str) -> list[int]:
        gate.wait()
        return [number for _ in range(5) for number in claim(records, token, shares=replace(ALL, whole=3))]

    with ThreadPoolExecutor(4) as pool:
        taken_by = list(pool.map(work, "abcd"))
    counts = Counter(number for numbers in taken_by for number in numbers)
    assert set(counts.values()) == {1}
    assert len(counts) == 20, "of each webhook's three, two at a time"


def test_a_claim_is_another_ones_when_it_has_run_out(records: SqlRecords) -> None:
    webhook = a_webhook()
    add(records, webhook, an_event("a"))
    (number,) = claim(records, "first")
    assert claim(records, "second", at=NOON + timedelta(seconds=59)) == []
    assert claim(records, "second", at=NOON + timedelta(seconds=61)) == [number]
    attempt = Attempt(at=NOON, duration_ms=5, http_status=200, answer="ok")
    with records.write() as transaction:
        assert transaction.deliveries.claimed(number, "first") is None
        delivery = transaction.deliveries.claimed(number, "second")
        assert delivery is not None
        done = replace(delivery, status=DeliveryStatus.SUCCESS, attempts=1, tries=1)
        assert not transaction.deliveries.settle(done, attempt, token="first")
        transaction.deliveries.release(number, "first")
        assert transaction.deliveries.settle(done, attempt, token="second")
        assert list(transaction.deliveries.attempts(number)) == [attempt]
    assert claim(records, "third", at=NOON + timedelta(days=9)) == []


def test_events_since_a_time_are_queued_again_and_for_the_first_time(records: SqlRecords) -> None:
    add(records, an_event("early", at=NOON - timedelta(hours=1)), an_event("unseen"))
    webhook = a_webhook()
    add(records, webhook, an_event("done"), an_event("waits"), an_event("x", kind="index.task.failed"))
    for number in claim(records, "me", shares=replace(ALL, whole=1)):
        with records.write() as transaction:
            delivery = transaction.deliveries.claimed(number, "me")
            assert delivery is not None
            done = replace(delivery, status=DeliveryStatus.SUCCESS, attempts=1, tries=1)
            transaction.deliveries.settle(done, Attempt(at=NOON, duration_ms=5, http_status=200), token="me")
    with records.write() as transaction:
        queued = transaction.deliveries.queue_since(webhook.id, webhook.events, since=NOON, at=NOON)
        listed = transaction.deliveries.list(webhook.id, status=DeliveryStatus.PENDING, offset=0, limit=9)
    assert queued == 2
    assert {each.event.data["name"]: each.attempts for each in listed.items} == {
        "done": 1,
        "waits": 0,
        "unseen": 0,
    }


def test_old_events_are_removed_in_pieces_and_the_newest_never(records: SqlRecords) -> None:
    add(records, a_webhook(), *(an_event(name) for name in "abc"))
    later = NOON + timedelta(days=40)
    with records.write() as transaction:
        removed = [transaction.outbox.remove_before(later, limit=1) for _ in range(3)]
        left = [event.id for event in transaction.outbox.list(after=None, limit=9)]
        assert transaction.deliveries.counts() == {DeliveryStatus.PENDING: 1}
    assert (removed, left) == ([1, 1, 0], ["whe_c"])


# --- kills -------------------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


KILLS = {"claimed": 1, "sent": 2, "settling": 2, "committed": 1}
"""How often the receiver hears of an event whose worker dies there: never not at all."""


@pytest.mark.parametrize(
    "point",
    [pytest.param(point, marks=() if point == "sent" else pytest.mark.slow) for point in (*KILLS, "rotated")],
)
def test_a_killed_worker_loses_no_event_and_tells_it_under_one_id(
    records: SqlRecords, receiver: Receiver, point: str
) -> None:
    # At the first request already the signature must hold: the receiver checks each.
    held: list[bool] = []

    def check(told: Told) -> None:
        held.append(StandardVerifier(webhook.secret).verify(told.body, told.fields) is not None)
        taken(told)

    allow = f"127.0.0.1:{receiver.port}"
    teller = Teller(records, allow=[allow])
    webhook = teller.webhooks.create(receiver.on("/hook", check))
    event = teller.happen()
    database = records.engine.url.render_as_string(hide_password=False)
    ended = subprocess.run([sys.executable, PROGRAM, database, allow, point], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    teller.clock.advance(120)  # the claim runs out
    while teller.round():
        pass
    delivery, attempts = teller.only(webhook)
    assert (delivery.status, len(attempts)) == (DeliveryStatus.SUCCESS, 1)
    assert [told.fields["webhook-id"] for told in receiver.at("/hook")] == [event.id] * KILLS.get(point, 1)
    assert all(held)
    with records.read() as transaction:
        assert transaction.deliveries.oldest_pending() is None
        stored = transaction.webhooks.get(webhook.id)
    assert stored is not None
    assert (stored.secret != webhook.secret) == (point == "rotated")
    assert webhook.secret in stored.secrets(teller.clock())
