import socket
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kinodex.domain.errors import DnsFailed, UrlAddressNotAllowed
from kinodex.sources.allowlist import AllowList
from kinodex.sources.limits import FetchLimits
from kinodex.sources.protocols import FetchedSoFar
from kinodex.sources.pulse import Pulse
from kinodex.sources.resolving import MOST_ADDRESSES, look_up, resolve
from kinodex.sources.urls import parse_url

PART = Path("source.part")

LIMITS = FetchLimits(connect_s=0.3)


def found(*answers: str, allow: Sequence[str] = (), url: str = "http://name.example/") -> list[str]:
    pulse = Pulse(lambda _so_far: None, LIMITS, PART)
    addresses = resolve(
        parse_url(url), allow=AllowList.of(allow), look_up=lambda _host, _port: answers, pulse=pulse
    )
    return [str(address) for address in addresses]


def test_public_answers_are_kept_in_order_and_once() -> None:
    assert found("8.8.8.8", "2606:4700::1111", "8.8.8.8") == ["8.8.8.8", "2606:4700::1111"]
    assert found("::ffff:8.8.8.8") == ["8.8.8.8"]


@pytest.mark.parametrize(
    "bad", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "64:ff9b::7f00:1"]
)
def test_one_forbidden_answer_refuses_the_name_and_is_not_told(bad: str) -> None:
    with pytest.raises(UrlAddressNotAllowed) as refusal:
        found("2606:4700::1111", bad)
    assert bad not in refusal.value.message
    assert "name.example" in refusal.value.message


def test_a_forbidden_answer_behind_many_good_ones_is_seen() -> None:
    many = [f"8.8.8.{number}" for number in range(40)]
    assert len(found(*many)) == MOST_ADDRESSES
    with pytest.raises(UrlAddressNotAllowed):
        found(*many, "127.0.0.1")


def test_what_dns64_made_up_is_dropped_beside_the_real_address() -> None:
    assert found("64:ff9b::808:808", "8.8.8.8") == ["8.8.8.8"]
    with pytest.raises(UrlAddressNotAllowed):
        found("64:ff9b::808:808")


def test_a_listed_name_or_address_may_be_private() -> None:
    assert found("10.0.0.1", allow=["name.example:80"]) == ["10.0.0.1"]
    assert found("10.0.0.1", allow=["10.0.0.1:80"]) == ["10.0.0.1"]
    with pytest.raises(UrlAddressNotAllowed):
        found("10.0.0.1", allow=["name.example:81", "10.0.0.1:81"])


@pytest.mark.parametrize("metadata", ["169.254.169.254", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"])
def test_a_listed_name_never_leads_to_metadata(metadata: str) -> None:
    with pytest.raises(UrlAddressNotAllowed):
        found(metadata, allow=["name.example:80"])


@pytest.mark.parametrize("answers", [(), ("fe80::1%eth0x", "nonsense"), ("8.8.8.8", "nonsense")])
def test_nothing_usable_is_a_failed_look_up(answers: tuple[str, ...]) -> None:
    with pytest.raises((DnsFailed, UrlAddressNotAllowed)):
        found(*answers)


def test_a_name_that_does_not_exist_is_told_by_name() -> None:
    def fail(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(DnsFailed, match=r"name\.example does not resolve"):
        resolve(
            parse_url("http://name.example/?s3cret"),
            allow=AllowList(),
            look_up=fail,
            pulse=Pulse(lambda _so_far: None, LIMITS, PART),
        )


def test_a_resolver_that_hangs_is_not_waited_for_and_can_be_withdrawn_from() -> None:
    release = threading.Event()

    def hang(_host: str, _port: int) -> Sequence[str]:
        release.wait(10)
        return ()

    def withdraw(_so_far: FetchedSoFar) -> None:
        raise InterruptedError

    url = parse_url("http://name.example/")
    try:
        with pytest.raises(DnsFailed, match=r"0\.3 s"):
            resolve(url, allow=AllowList(), look_up=hang, pulse=Pulse(lambda _so_far: None, LIMITS, PART))
        patient = Pulse(withdraw, replace(LIMITS, connect_s=9.0), PART)
        with pytest.raises(InterruptedError):
            resolve(url, allow=AllowList(), look_up=hang, pulse=patient)
    finally:
        release.set()


def test_a_literal_address_is_not_looked_up() -> None:
    assert found("127.0.0.1", url="http://8.8.8.8/") == ["8.8.8.8"]
    assert found("127.0.0.1", url="http://[2606:4700::1111]/") == ["2606:4700::1111"]


def test_the_system_resolves_localhost() -> None:
    assert set(look_up("localhost", 80)) & {"127.0.0.1", "::1"}
