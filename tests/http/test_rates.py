"""How often a key may ask."""

import time

import pytest
from starlette.testclient import TestClient
from tests.http.conftest import KEY

from kinodex.domain.clock import now
from kinodex.domain.errors import Overloaded
from kinodex.domain.ids import KeyId
from kinodex.domain.keys import ApiKey
from kinodex.http.app import create_app
from kinodex.http.rates import Rates


def _key(name: str = "a", **limits: int) -> ApiKey:
    return ApiKey(id=KeyId(name), name=name, digest="", scopes=(), created_at=now(), **limits)


def test_a_minute_may_be_spent_at_once_and_comes_back_one_by_one() -> None:
    clock = [50.0]
    rates = Rates(60, clock_s=lambda: clock[0])
    assert [rates.take(_key()).remaining for _ in range(60)] == list(range(59, -1, -1))
    with pytest.raises(Overloaded, match="60 requests a minute") as refused:
        rates.take(_key())
    assert refused.value.retry_after_s == 1
    clock[0] += 2.0
    assert rates.take(_key()).remaining == 1
    clock[0] += 3600.0
    assert rates.take(_key()).remaining == 59


def test_each_key_has_its_own_bucket_and_may_have_its_own_limit() -> None:
    rates = Rates(2)
    assert [rates.take(_key(name)).remaining for name in ("a", "b", "a")] == [1, 1, 0]
    assert rates.take(_key("c", requests_per_minute=5)).remaining == 4
    assert Rates(0).take(_key()) is None


def test_nobody_is_told_to_wait_longer_than_clients_do() -> None:
    rates = Rates(1)
    rates.take(_key())
    with pytest.raises(Overloaded) as refused:
        rates.take(_key())
    assert refused.value.retry_after_s == 30


def test_answers_say_what_is_left_and_the_refusal_is_json(backstage) -> None:
    app = create_app(backstage.usecases, signing_key=b"k", requests_per_minute=2)
    with TestClient(app, headers={"x-api-key": KEY}) as client:
        first, second, third = (client.get("/v1.3/indexes") for _ in range(3))
        assert client.get("/healthz").status_code == 200
    names = ("Limit", "Remaining", "Used")
    shown = [tuple(answer.headers[f"X-Ratelimit-{name}"] for name in names) for answer in (first, second)]
    assert shown == [("2", "1", "1"), ("2", "0", "2")]
    assert 0 < int(first.headers["X-Ratelimit-Reset"]) - time.time() <= 62
    assert (third.status_code, third.json()["code"]) == (429, "too_many_requests")
    assert third.headers["Retry-After"] == "30"
