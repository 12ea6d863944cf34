"""``/sign-in-links`` and ``/sign-ins``: into the page without carrying a key."""

from urllib.parse import urlsplit

import pytest

from kinodex.domain.errors import SignInLinkInvalid
from kinodex.http.sign_ins import LINK_LIFE_S, MOST_LINKS, SignIns


def _token(client) -> str:
    made = client.post("/v1.3/sign-in-links")
    assert made.status_code == 201
    address = urlsplit(made.json()["url"])
    assert address.query == ""  # what stands in a query reaches logs
    return address.fragment.removeprefix("sign-in=")


def test_a_link_is_exchanged_once_for_a_key_that_ends(client) -> None:
    token = _token(client)
    made = client.post("/v1.3/sign-ins", json={"token": token}, headers={"x-api-key": ""})
    assert made.status_code == 201
    assert made.json()["expires_at"] is not None
    key = made.json()["key"]
    assert client.get("/v1.3/keys", headers={"x-api-key": key}).status_code == 200
    again = client.post("/v1.3/sign-ins", json={"token": token}, headers={"x-api-key": ""})
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_link_invalid")


def test_a_made_up_token_is_refused(client) -> None:
    answer = client.post("/v1.3/sign-ins", json={"token": "guessed"}, headers={"x-api-key": ""})
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_link_invalid")


def test_links_are_given_out_to_admins_only(client) -> None:
    reader = client.post("/v1.3/keys", json={"name": "reader", "scopes": ["read", "write", "delete"]}).json()
    assert client.post("/v1.3/sign-in-links", headers={"x-api-key": reader["key"]}).status_code == 403
    assert client.post("/v1.3/sign-in-links", headers={"x-api-key": ""}).status_code == 401


def test_a_link_expires(backstage) -> None:
    at_s = 1000.0
    sign_ins = SignIns(backstage.usecases.keys, clock=lambda: at_s)
    late, timely = sign_ins.new_link(), sign_ins.new_link()
    at_s += LINK_LIFE_S
    assert sign_ins.exchange(timely.token).text
    at_s += 0.1
    with pytest.raises(SignInLinkInvalid, match="10 min"):
        sign_ins.exchange(late.token)


def test_of_too_many_links_the_oldest_go(backstage) -> None:
    sign_ins = SignIns(backstage.usecases.keys)
    links = [sign_ins.new_link() for _ in range(MOST_LINKS + 1)]
    with pytest.raises(SignInLinkInvalid):
        sign_ins.exchange(links[0].token)
    assert sign_ins.exchange(links[1].token).text
