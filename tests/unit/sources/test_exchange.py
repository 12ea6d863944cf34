from ipaddress import ip_address
from pathlib import Path

import pytest
from hostile_site import QUICK, Site, Visit

from kinodex.domain.errors import ConnectionFailed
from kinodex.sources.exchange import READ_BYTES, Exchange, Request
from kinodex.sources.pulse import Pulse
from kinodex.sources.urls import parse_url


def pulse() -> Pulse:
    return Pulse(lambda _so_far: None, QUICK, Path("source.part"))


def test_no_connection_is_made_to_an_address_that_was_not_checked(site: Site) -> None:
    """Whatever made libcurl want to: here a literal address, which needs no look-up."""
    url = parse_url(f"http://127.0.0.1:{site.trap_port}/")
    request = Request(url=url, addresses=(ip_address("192.0.2.1"),))

    with Exchange(request, pulse=pulse()) as exchange, pytest.raises(ConnectionFailed):
        exchange.read_head()

    assert site.trapped == 0


def test_little_of_a_large_body_is_held_in_memory(site: Site) -> None:
    def large(visit: Visit) -> None:
        visit.head(200)
        visit.flood(bytes(READ_BYTES))

    request = Request(url=parse_url(site.on("/v", large)), addresses=(ip_address("127.0.0.1"),))
    with Exchange(request, pulse=pulse()) as exchange:
        exchange.read_head()
        body = exchange.body()
        for _ in range(50):
            next(body)
            assert len(exchange._came.getbuffer()) < 16 * READ_BYTES
