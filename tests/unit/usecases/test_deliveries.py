"""Telling webhooks of events: what receivers do wrong, and what never goes wrong on our side."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from certificates import Authority
from receiver import (
    PATIENT,
    Behaviour,
    Receiver,
    Teller,
    Told,
    fresh_records,
    http_date,
    platform_accepts,
    receiving,
    taken,
)
from standardwebhooks import Webhook as StandardVerifier
from standardwebhooks import WebhookVerificationError

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.webhooks import JITTER, LONGEST_WAIT_S, WAITS_S, DeliveryStatus
from kinodex.stores.sql.records import SqlRecords
from kinodex.usecases.webhooks import WebhookChange

MIB = 1024**2


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "kinodex.db"
    SqlRecords(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def records(template: Path, tmp_path: Path) -> Iterator[SqlRecords]:
    with fresh_records(template, tmp_path) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def teller(records: SqlRecords, receiver: Receiver) -> Teller:
    return Teller(records, allow=[f"127.0.0.1:{receiver.port}"])


# --- what is sent ------------------------------------------------------------------------------


def test_an_event_arrives_as_the_contract_says_and_both_signatures_hold(
    teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook"))
    event = teller.happen(id="t", status="ready", metadata={"duration": 810.84})
    assert teller.round() == 1
    (told,) = receiver.at("/hook")
    assert told.line == "POST /hook HTTP/1.1"
    assert told.event == {
        "id": event.id,
        "created_at": event.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "type": "index.task.ready",
        "data": {"id": "t", "status": "ready", "metadata": {"duration": 810.84}},
    }
    assert told.fields["content-type"] == "application/json"
    assert told.fields["accept-encoding"] == "identity"
    assert "expect" not in told.fields
    assert StandardVerifier(webhook.secret).verify(told.body, told.fields) == told.event
    assert told.fields["webhook-id"] == event.id
    assert platform_accepts(told.fields, told.body, webhook.secret)
    delivery, (attempt,) = teller.only(webhook)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.SUCCESS, 1)
    assert (attempt.http_status, attempt.code, attempt.succeeded) == (204, None, True)


def test_a_changed_body_and_another_secret_are_found_out(teller: Teller, receiver: Receiver) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook"))
    other = teller.webhooks.create(receiver.on("/other"))
    teller.happen(id="t")
    teller.round()
    (told,) = receiver.at("/hook")
    assert not platform_accepts(told.fields, told.body + b" ", webhook.secret)
    assert not platform_accepts(told.fields, told.body, other.secret)
    with pytest.raises(WebhookVerificationError):
        StandardVerifier(other.secret).verify(told.body, told.fields)


def test_a_webhook_is_told_only_of_what_it_asks_for(teller: Teller, receiver: Receiver) -> None:
    teller.webhooks.create(receiver.on("/failed"), events=["index.task.failed"])
    teller.webhooks.create(receiver.on("/off"), enabled=False)
    teller.webhooks.create(receiver.on("/both"))
    for kind in ("index.task.ready", "index.task.failed", "analyze.task.ready"):
        teller.happen(kind)
    assert teller.round() == 3
    assert [told.event["type"] for told in receiver.at("/failed")] == ["index.task.failed"]
    assert {told.event["type"] for told in receiver.at("/both")} == {"index.task.ready", "index.task.failed"}
    assert receiver.at("/off") == []


# --- answers that are taken as success ---------------------------------------------------------


def _slowly(told: Told) -> None:
    told.closing.wait(0.1)
    told.answer(200)


def _endless_body(told: Told) -> None:
    told.send(b"HTTP/1.1 200 OK\r\n\r\n")
    told.flood(b"x" * 65536)


def _dripping_body(told: Told) -> None:
    told.send(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nyes")
    told.stall()


def _broken_body(told: Told) -> None:
    told.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nyes")


def _informed(told: Told) -> None:
    told.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")
    told.answer(201, body=b"made")


@pytest.mark.parametrize(
    ("behaviour", "http_status", "answer"),
    [
        (_slowly, 200, ""),
        (_endless_body, 200, "x" * 1024),
        (_dripping_body, 202, "yes"),
        (_broken_body, 200, "yes"),
        (_informed, 201, "made"),
        (lambda told: told.answer(200, body=b"a" * 10 * MIB), 200, "a" * 1024),
        (lambda told: told.answer(200, body=b"\x1b[31mred\r\n\xff\xe2\x80\xae"), 200, "[31mred \ufffd"),
    ],
    ids=[
        "slow",
        "endless body",
        "dripping body",
        "broken body",
        "informational",
        "huge",
        "control characters",
    ],
)
def test_a_status_of_success_ends_it_whatever_the_body_does(
    teller: Teller, receiver: Receiver, behaviour: Behaviour, http_status: int, answer: str
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook", behaviour))
    teller.happen()
    teller.round()
    delivery, (attempt,) = teller.only(webhook)
    assert delivery.status is DeliveryStatus.SUCCESS
    assert (attempt.http_status, attempt.answer) == (http_status, answer)
    assert teller.round() == 0


# --- answers that are not ----------------------------------------------------------------------


def _reset(told: Told) -> None:
    told.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _hang_up(_: Told) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("behaviour", "code", "http_status"),
    [
        (lambda told: told.answer(301, "Location: /trap"), "webhook_http_status", 301),
        (lambda told: told.answer(307, "Location: /trap"), "webhook_http_status", 307),
        (lambda told: told.answer(304), "webhook_http_status", 304),
        (lambda told: told.answer(400), "webhook_http_status", 400),
        (lambda told: told.answer(401), "webhook_http_status", 401),
        (lambda told: told.answer(404), "webhook_http_status", 404),
        (lambda told: told.answer(500, body=b"x" * MIB), "webhook_http_status", 500),
        (_reset, "fetch_connection", None),
        (_hang_up, "fetch_connection", None),
        (lambda told: told.stall(), "fetch_timeout", None),
        (lambda told: told.drip(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 99, pause_s=0.1), "fetch_timeout", None),
        (lambda told: told.send(b"SSH-2.0-OpenSSH_9.2\r\n"), "fetch_bad_response", None),
        (lambda told: told.flood(b"HTTP/1.1 102 Wait\r\n\r\n"), "fetch_bad_response", None),
        (
            lambda told: told.send(b"HTTP/1.1 200 OK\r\nA: " + b"b" * 400_000 + b"\r\n\r\n"),
            "fetch_bad_response",
            None,
        ),
        (lambda told: told.send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "fetch_bad_response", None),
    ],
    ids=[
        *("moved", "redirected", "not modified", "bad request", "unauthorised", "not found", "fault"),
        *("reset", "hung up", "never answers", "dripping head", "no HTTP", "flood of heads", "huge head"),
        "other protocol",
    ],
)
def test_a_fault_of_the_receiver_is_noted_and_tried_again_later(
    teller: Teller, receiver: Receiver, behaviour: Behaviour, code: str, http_status: int | None
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook", behaviour, taken))
    event = teller.happen()
    teller.round()
    delivery, (attempt,) = teller.only(webhook)
    assert delivery.status is DeliveryStatus.PENDING
    assert (attempt.code, attempt.http_status) == (code, http_status)
    assert attempt.message
    assert len(attempt.answer) <= 1024
    assert teller.round() == 0, "not before its time"
    teller.clock.advance(WAITS_S[0] * (1 + JITTER))
    assert teller.round() == 1
    assert teller.only(webhook)[0].status is DeliveryStatus.SUCCESS
    assert [told.event["id"] for told in receiver.at("/hook")] == [event.id] * 2
    assert receiver.at("/trap") == [], "redirects are not followed"


def test_a_receiver_that_is_not_there_is_tried_again_later(teller: Teller, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    teller = Teller(teller.records, allow=[f"127.0.0.1:{port}"])
    webhook = teller.webhooks.create(f"http://127.0.0.1:{port}/hook")
    teller.happen()
    teller.round()
    delivery, (attempt,) = teller.only(webhook)
    assert (delivery.status, attempt.code) == (DeliveryStatus.PENDING, "fetch_connection")


# --- names and addresses -----------------------------------------------------------------------


def test_a_private_address_is_refused_when_the_webhook_is_made(records: SqlRecords) -> None:
    teller = Teller(records)
    for url in ("https://127.0.0.1/hook", "https://10.0.0.1/", "https://[::1]/", "https://localhost/x"):
        with pytest.raises(errors.UrlAddressNotAllowed, match="KINODEX_WEBHOOK_ALLOW"):
            teller.webhooks.create(url)
    assert teller.webhooks.list() == []


def test_without_tls_only_listed_receivers_are_told(records: SqlRecords) -> None:
    with pytest.raises(errors.WebhookUrlNotSecure, match=r"hooks\.example:80 in KINODEX_WEBHOOK_ALLOW"):
        Teller(records).webhooks.create("http://hooks.example/kinodex")
    Teller(records, allow=["hooks.example:80"]).webhooks.create("http://hooks.example/kinodex")


@pytest.mark.parametrize(
    ("answers", "allow"),
    [
        (["10.0.0.7"], ()),
        (["127.0.0.1"], ()),
        (["93.184.215.14", "127.0.0.1"], ()),
        (["::ffff:127.0.0.1"], ()),
        (["169.254.169.254"], ("hooks.example:443",)),
    ],
    ids=["private", "loopback", "mixed", "mapped", "metadata, though listed"],
)
def test_a_name_that_leads_inside_is_never_connected_to(
    records: SqlRecords, answers: list[str], allow: tuple[str, ...]
) -> None:
    teller = Teller(records, allow=allow, look_up=lambda _host, _port: answers)
    webhook = teller.webhooks.create("https://hooks.example/kinodex")
    teller.happen()
    teller.round()
    delivery, (attempt,) = teller.only(webhook)
    assert (delivery.status, attempt.code) == (DeliveryStatus.PENDING, "url_address_not_allowed")
    assert not any(answer in (attempt.message or "") for answer in answers)


def test_a_name_that_changes_its_address_is_judged_by_the_one_connected_to(
    records: SqlRecords, receiver: Receiver
) -> None:
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    teller = Teller(records, look_up=rebinding)
    webhook = teller.webhooks.create(f"https://hooks.example:{receiver.port}/hook")
    teller.happen()
    teller.round()
    teller.clock.advance(10)
    teller.round()
    assert [attempt.code for attempt in teller.only(webhook)[1]] == ["url_address_not_allowed"] * 2
    assert asked == ["hooks.example"] * 2, "looked up once an attempt"
    assert receiver.told == {}


def test_an_unknown_host_is_tried_again_later(records: SqlRecords) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    teller = Teller(records, look_up=unknown)
    webhook = teller.webhooks.create("https://hooks.example/kinodex")
    teller.happen()
    teller.round()
    delivery, (attempt,) = teller.only(webhook)
    assert (delivery.status, attempt.code) == (DeliveryStatus.PENDING, "fetch_dns")


# --- certificates ------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Callable[[Path], int]]:
    """Receivers over TLS, by their certificate."""
    servers: list[ThreadingTCPServer] = []

    def serve(certificate: Path) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                try:
                    with context.wrap_socket(self.request, server_side=True) as connection:
                        connection.recv(65536)
                        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
                except OSError:
                    return  # the sender did not like the certificate

        server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        port: int = server.server_address[1]
        return port

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_receiver_shows_a_certificate_for_its_name(
    records: SqlRecords, tmp_path: Path, secure: Callable[[Path], int]
) -> None:
    trusted, stranger = Authority(tmp_path, "authority"), Authority(tmp_path, "stranger")
    ports = {
        secure(trusted.certify("hooks.example")): None,
        secure(trusted.certify("other.example")): "fetch_tls",
        secure(stranger.certify("hooks.example")): "fetch_tls",
    }
    teller = Teller(
        records,
        allow=[f"hooks.example:{port}" for port in ports],
        look_up=lambda _host, _port: ["127.0.0.1"],
        ca_file=trusted.file,
    )
    webhooks = {port: teller.webhooks.create(f"https://hooks.example:{port}/hook") for port in ports}
    teller.happen()
    teller.round()
    assert {port: teller.only(webhook)[1][0].code for port, webhook in webhooks.items()} == ports


# --- when it is tried again --------------------------------------------------------------------


def test_five_hundreds_then_success_are_one_event_under_one_id(teller: Teller, receiver: Receiver) -> None:
    def refuse(told: Told) -> None:
        told.answer(500)

    webhook = teller.webhooks.create(receiver.on("/hook", refuse, refuse, refuse, taken))
    teller.happen()
    for wait_s in (0.0, *WAITS_S[:3]):
        teller.clock.advance(wait_s * (1 + JITTER))
        assert teller.round() == 1
    delivery, attempts = teller.only(webhook)
    assert (delivery.status, delivery.attempts) == (DeliveryStatus.SUCCESS, 4)
    assert [attempt.http_status for attempt in attempts] == [500, 500, 500, 204]
    told = receiver.at("/hook")
    assert len({each.body for each in told}) == 1
    assert len({each.fields["webhook-timestamp"] for each in told}) == 4, "each attempt is signed anew"
    assert len({each.fields["webhook-id"] for each in told}) == 1


def test_a_receiver_that_never_takes_it_is_given_up_after_nine_attempts(
    teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook", lambda told: told.answer(500)))
    teller.happen()
    waited_s = []
    for _ in range(9):
        assert teller.round() == 1
        delivery, attempts = teller.only(webhook)
        if delivery.status is DeliveryStatus.PENDING:
            waited_s.append((delivery.due_at - attempts[-1].at).total_seconds())
            teller.clock.present = delivery.due_at
    assert (delivery.status, len(attempts)) == (DeliveryStatus.FAILED, 9)
    for waited, planned in zip(waited_s, WAITS_S, strict=True):
        assert planned * (1 - JITTER) - 0.001 <= waited <= planned * (1 + JITTER) + 0.001
    assert sum(WAITS_S) == pytest.approx(41.6 * 3600, rel=0.01)
    teller.clock.advance(10 * 86_400)
    assert teller.round() == 0
    assert teller.webhooks.get(webhook.id).enabled


@pytest.mark.parametrize(
    ("status", "field", "least_s", "most_s"),
    [
        (429, "Retry-After: 120", 120, 120),
        (503, "Retry-After: {date}", 580, 605),
        (429, "Retry-After: 1", WAITS_S[0] * (1 - JITTER), WAITS_S[0] * (1 + JITTER)),
        (429, "Retry-After: 864000", LONGEST_WAIT_S, LONGEST_WAIT_S),
        (429, "Retry-After: soon", WAITS_S[0] * (1 - JITTER), WAITS_S[0] * (1 + JITTER)),
    ],
    ids=["seconds", "date", "shorter than ours", "ten days", "unreadable"],
)
def test_a_wait_the_receiver_asks_for_is_kept(
    teller: Teller, receiver: Receiver, status: int, field: str, least_s: float, most_s: float
) -> None:
    asked = field.format(date=http_date(now() + timedelta(seconds=600)))
    webhook = teller.webhooks.create(receiver.on("/hook", lambda told: told.answer(status, asked)))
    teller.happen()
    teller.round()
    delivery, (attempt,) = teller.only(webhook)
    assert least_s - 0.001 <= (delivery.due_at - attempt.at).total_seconds() <= most_s + 0.001


def test_a_receiver_that_is_gone_is_told_no_more_until_it_is_enabled(
    teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook", lambda told: told.answer(410), taken))
    teller.happen(number=1)
    teller.round()
    teller.happen(number=2)
    teller.clock.advance(10 * 86_400)
    assert teller.round() == 0
    disabled = teller.webhooks.get(webhook.id)
    assert (disabled.enabled, disabled.disabled_reason) == (
        False,
        "The receiver answered with HTTP status 410 (gone).",
    )
    since = now() - timedelta(hours=1)
    with pytest.raises(errors.WebhookDisabled):
        teller.webhooks.redeliver_since(webhook.id, since)
    teller.webhooks.change(webhook.id, WebhookChange(enabled=True))
    assert teller.webhooks.redeliver_since(webhook.id, since) == 2, "what came while it was off too"
    assert teller.round() == 2
    assert {told.event["data"]["number"] for told in receiver.at("/hook")[1:]} == {1, 2}
    assert teller.webhooks.get(webhook.id).disabled_reason is None


def test_a_webhook_is_switched_off_after_five_days_of_nothing_but_failures(
    teller: Teller, receiver: Receiver
) -> None:
    def refuse(told: Told) -> None:
        told.answer(500)

    webhook = teller.webhooks.create(receiver.on("/hook", refuse, taken, refuse))
    for day in range(8):
        teller.happen(day=day)
        teller.round()
        assert teller.webhooks.get(webhook.id).enabled == (day < 7), day
        teller.clock.advance(86_400)
    off = teller.webhooks.get(webhook.id)
    assert off.disabled_reason == (
        "Every attempt has failed for 5 days; the last one: The receiver answered with HTTP status 500."
    )


# --- what happens in between -------------------------------------------------------------------


def test_a_crash_between_sending_and_noting_it_sends_again_under_the_same_id(
    teller: Teller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook"))
    event = teller.happen()
    with monkeypatch.context() as patched:
        patched.setattr(teller.deliveries, "_settle", lambda *_: None)
        teller.round()
    assert teller.round() == 0, "its claim still holds"
    teller.clock.advance(61)
    assert teller.round() == 1
    assert teller.round() == 0
    assert [told.fields["webhook-id"] for told in receiver.at("/hook")] == [event.id] * 2
    assert teller.only(webhook)[0].status is DeliveryStatus.SUCCESS


def test_the_only_process_takes_up_at_its_start_what_its_earlier_life_had_claimed(
    teller: Teller, receiver: Receiver
) -> None:
    teller.webhooks.create(receiver.on("/hook"))
    teller.happen()
    assert len(teller.deliveries.claim(most=1, most_failing=1)) == 1
    assert teller.round() == 0
    teller.deliveries.recover()
    assert teller.round() == 1


def test_a_clock_set_back_holds_up_nothing(teller: Teller, receiver: Receiver) -> None:
    teller.webhooks.create(receiver.on("/hook"))
    teller.happen()
    teller.clock.advance(3600)
    assert len(teller.deliveries.claim(most=1, most_failing=1)) == 1, "then its worker dies"
    teller.clock.advance(-3590)
    assert teller.round() == 1


def test_a_webhook_disabled_in_between_is_told_when_it_is_enabled_again(
    teller: Teller, receiver: Receiver
) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook"))
    teller.happen()
    (claimed,) = teller.deliveries.claim(most=1, most_failing=1)
    teller.webhooks.change(webhook.id, WebhookChange(enabled=False))
    teller.deliveries.attempt(claimed, is_stopping=lambda: False)
    assert (teller.round(), receiver.at("/hook")) == (0, [])
    teller.webhooks.change(webhook.id, WebhookChange(enabled=True))
    assert teller.round() == 1
    assert len(receiver.at("/hook")) == 1


def test_a_webhook_deleted_while_it_is_told_leaves_nothing_behind(teller: Teller, receiver: Receiver) -> None:
    def delete_first(told: Told) -> None:
        teller.webhooks.delete(webhook.id)
        told.answer(500)

    webhook = teller.webhooks.create(receiver.on("/hook", delete_first))
    teller.happen()
    assert teller.round() == 1
    teller.clock.advance(86_400)
    assert teller.round() == 0
    with teller.records.read() as transaction:
        assert transaction.deliveries.counts() == {}
    with pytest.raises(errors.NotFound):
        teller.listed(webhook)


def test_a_secret_rotated_in_between_signs_the_next_attempt_beside_the_old_one(
    teller: Teller, receiver: Receiver
) -> None:
    old = teller.webhooks.create(receiver.on("/hook", lambda told: told.answer(500), taken))
    teller.happen()
    teller.round()
    new = teller.webhooks.rotate(old.id)
    assert new.secret != old.secret
    teller.clock.advance(10)
    teller.round()
    first, second = receiver.at("/hook")
    for secret in (old.secret, new.secret):
        StandardVerifier(secret).verify(second.body, second.fields)
    with pytest.raises(WebhookVerificationError):
        StandardVerifier(new.secret).verify(first.body, first.fields)
    assert platform_accepts(second.fields, second.body, old.secret), "one v1 only: the old one at first"


@pytest.mark.parametrize("how", ["finished", "no grace", "grace over"])
def test_an_old_secret_goes_when_the_operator_says_so_or_its_time_is_over(
    teller: Teller, receiver: Receiver, how: str
) -> None:
    old = teller.webhooks.create(receiver.on("/hook"))
    new = teller.webhooks.rotate(old.id, grace=timedelta(hours=0 if how == "no grace" else 1))
    if how == "finished":
        teller.webhooks.finish_rotation(old.id)
    if how == "grace over":
        teller.clock.advance(3601)
    teller.happen()
    teller.round()
    (told,) = receiver.at("/hook")
    assert platform_accepts(told.fields, told.body, new.secret, tolerance_s=4000)
    assert len(told.fields["webhook-signature"].split()) == 1


def test_a_stop_breaks_an_attempt_off_and_loses_nothing(teller: Teller, receiver: Receiver) -> None:
    stopping = threading.Event()

    def hold(told: Told) -> None:
        stopping.set()
        told.stall()

    webhook = teller.webhooks.create(receiver.on("/hook", hold, taken))
    teller.happen()
    (claimed,) = teller.deliveries.claim(most=1, most_failing=1)
    teller.deliveries.attempt(claimed, is_stopping=stopping.is_set)
    assert teller.only(webhook) == (teller.listed(webhook)[0], [])
    assert teller.round() == 1, "due at once, for whoever comes next"


# --- one receiver and the others ---------------------------------------------------------------


def test_a_receiver_that_dawdles_delays_no_other_and_is_not_crowded(
    teller: Teller, receiver: Receiver
) -> None:
    others_are_done = threading.Event()
    slow = teller.webhooks.create(receiver.on("/slow", lambda told: (others_are_done.wait(5), taken(told))))
    teller = Teller(teller.records, allow=[f"127.0.0.1:{receiver.port}"], limits=PATIENT)
    quick = teller.webhooks.create(receiver.on("/quick"))
    for number in range(6):
        teller.happen(number=number)
    held = threading.Thread(target=teller.round)
    held.start()
    while not receiver.at("/slow"):
        threading.Event().wait(0.005)
    while len(receiver.at("/quick")) < 6:
        teller.round()
    assert len(receiver.at("/slow")) == 2, "two at a time"
    others_are_done.set()
    held.join()
    while teller.round():
        pass
    for webhook in (slow, quick):
        assert {each.status for each in teller.listed(webhook)} == {DeliveryStatus.SUCCESS}


def test_webhooks_that_fail_come_last_and_never_take_all_the_room(teller: Teller, receiver: Receiver) -> None:
    failing = [
        teller.webhooks.create(receiver.on(f"/bad{number}", lambda told: told.answer(500)))
        for number in range(4)
    ]
    teller.happen()
    teller.round()
    teller.clock.advance(3600)
    good = teller.webhooks.create(receiver.on("/good"))
    for _ in range(3):
        teller.happen()
    claimed = teller.deliveries.claim(most=4, most_failing=2)
    with teller.records.read() as transaction:
        owners = [
            next(
                webhook.id
                for webhook in (*failing, good)
                if transaction.deliveries.get(webhook.id, each.number) is not None
            )
            for each in claimed
        ]
    assert owners[:2] == [good.id, good.id]
    assert len(owners) == 4
    assert len(set(owners[2:])) == 2, "one at a time for one that fails"


# --- after the fact ----------------------------------------------------------------------------


def test_a_secret_that_is_sent_back_is_not_kept(teller: Teller, receiver: Receiver) -> None:
    webhook = teller.webhooks.create(
        receiver.on("/hook", lambda told: told.answer(500, body=f"bad key {webhook.secret}!".encode()))
    )
    teller.happen()
    teller.round()
    assert teller.only(webhook)[1][0].answer == "bad key whsec_[secret]!"


def test_a_test_event_is_tried_once_even_at_a_webhook_that_is_off(teller: Teller, receiver: Receiver) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook", lambda told: told.answer(410)), enabled=False)
    other = teller.webhooks.create(receiver.on("/other"))
    queued = teller.webhooks.test(webhook.id)
    assert teller.round() == 1
    delivery, (attempt,) = teller.webhooks.delivery(webhook.id, queued.number)
    assert (delivery.status, attempt.http_status) == (DeliveryStatus.FAILED, 410)
    assert receiver.at("/hook")[0].event["type"] == "webhook.test"
    assert teller.webhooks.get(webhook.id).disabled_reason is None
    assert (teller.listed(other), receiver.at("/other")) == ([], [])


def test_a_delivery_can_be_made_again_with_all_its_tries(teller: Teller, receiver: Receiver) -> None:
    teller = Teller(teller.records, allow=[f"127.0.0.1:{receiver.port}"], waits_s=())
    webhook = teller.webhooks.create(receiver.on("/hook", lambda told: told.answer(500), taken, taken))
    teller.happen()
    teller.round()
    given_up, _ = teller.only(webhook)
    assert given_up.status is DeliveryStatus.FAILED
    for expected in (2, 3):
        teller.webhooks.redeliver(webhook.id, given_up.number)
        assert teller.round() == 1
        delivery, attempts = teller.only(webhook)
        assert (delivery.status, delivery.attempts, len(attempts)) == (
            DeliveryStatus.SUCCESS,
            expected,
            expected,
        )


def test_old_events_go_with_their_deliveries_and_the_newest_stays(teller: Teller, receiver: Receiver) -> None:
    webhook = teller.webhooks.create(receiver.on("/hook"))
    first = teller.happen()
    last = teller.happen()
    teller.round()
    teller.clock.advance(31 * 86_400)
    assert teller.deliveries.sweep() == 1
    assert [each.event.id for each in teller.listed(webhook)] == [last.id]
    with pytest.raises(errors.ParameterInvalid, match="no event that is kept"):
        teller.events.after(first.id, limit=10)
    assert teller.events.after(None, limit=10).events == [last]
    newer = teller.happen()
    assert teller.events.after(last.id, limit=10).events == [newer]
