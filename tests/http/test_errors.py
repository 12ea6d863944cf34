"""Every error has its answer, and nothing else gets out."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from kinodex.domain import errors
from kinodex.http.errors import ANSWERS, LONGEST_WAIT_S, answer_to


def _tree(root: type[errors.KinodexError] = errors.KinodexError) -> Iterator[type[errors.KinodexError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


OURS = sorted(
    {each for each in _tree() if each.__module__.startswith((errors.__name__, "kinodex.http.errors"))},
    key=lambda each: each.__name__,
)


@pytest.mark.parametrize("kind", OURS)
def test_every_error_has_a_row_of_its_own(kind: type[errors.KinodexError]) -> None:
    assert kind in ANSWERS


def test_the_table_has_no_other_rows() -> None:
    assert set(ANSWERS) == set(OURS)


@pytest.mark.parametrize("kind", OURS)
def test_what_may_work_later_says_when_to_ask_again(kind: type[errors.KinodexError]) -> None:
    answer = ANSWERS[kind]
    if answer.status == 503:
        assert answer.retry_after_s is not None
        assert answer.retry_after_s <= LONGEST_WAIT_S
    assert (answer.status >= 500) <= (kind.retryable or answer.status != 400)


def test_an_error_of_another_module_is_answered_like_its_parent() -> None:
    class Elsewhere(errors.StorageFull):
        """Made by an adapter."""

    assert answer_to(Elsewhere(1, 2)).status_code == 503


def test_a_wait_longer_than_clients_obey_is_cut() -> None:
    response = answer_to(errors.Overloaded("Too much.", retry_after_s=600))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "30")


def test_an_accident_tells_its_request_and_nothing_else(client: TestClient, backstage, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret /etc/passwd")

    monkeypatch.setattr(backstage.usecases.indexes, "list", fail)
    answer = client.get("/v1.1/indexes", headers={"X-Request-Id": "mine-1"})
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_server_error"
    assert "mine-1" in answer.json()["message"]
    assert "secret" not in answer.text
    assert answer.headers["X-Request-Id"] == "mine-1"


@pytest.mark.parametrize(
    "path", ["/nope", "/v1.1/nope", "/v1.1/nope/", "/v2/tasks", "/v1.11/tasks", "//tasks/x/y/z"]
)
def test_an_unknown_path_is_named_as_it_was_sent(client: TestClient, path: str) -> None:
    answer = client.get(f"http://testserver{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "endpoint_not_exists")
    assert path in answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "/v1.1/tasks"), ("PUT", "/v1.3/search"), ("POST", "/healthz")]
)
def test_a_wrong_method_is_said_to_be_one(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"]
