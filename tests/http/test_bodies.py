"""Bodies, as all the clients send them."""

import json

import pytest
from starlette.testclient import TestClient

URL = "http://films.example/a.mp4"
BOUNDARY = "----guide"


def part(name: str, content: str | bytes, filename: str | None = None) -> bytes:
    disposition = f'form-data; name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    head = f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
    return head + (content.encode() if isinstance(content, str) else content) + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def send(client: TestClient, backstage, index_id: str):
    """Send parts of a task besides its index; return the URL it came to have, or the refusal."""

    def send(*parts: bytes, headers: dict[str, str] = MULTIPART) -> str:
        body = part("index_id", index_id) + b"".join(parts) + END
        answer = client.post("/v1.1/tasks", content=body, headers=headers)
        if answer.status_code != 200:
            return f"{answer.status_code} {answer.json()['code']}"
        return str(backstage.usecases.tasks.get(answer.json()["_id"]).source.url)

    return send


def test_a_url_is_taken_from_the_text_where_it_comes_twice(send) -> None:
    as_file = part("video_url", "http://wrong.example/", filename="upload")
    assert send(as_file, part("video_url", URL)) == URL
    assert send(part("video_url", URL), as_file) == URL


def test_a_url_that_comes_only_as_a_file_is_read(send) -> None:
    assert send(part("video_url", URL, filename="upload")) == URL


def test_parts_nobody_asked_for_are_dropped(send) -> None:
    extra = (
        part("dummy", ""),
        part("_", b"", filename=""),
        part("big", bytes(100_000), filename="x.bin"),
        part("", "nameless"),
    )
    assert send(*extra, part("video_url", URL)) == URL


def test_a_multipart_body_under_another_type_is_recognised(send) -> None:
    assert send(part("video_url", URL), headers=FORM) == URL
    assert send(part("video_url", URL), headers={"Content-Type": "multipart/form-data"}) == URL
    assert send(part("video_url", URL), headers={"Content-Type": "application/json"}) == URL


def test_json_under_the_type_of_a_form_is_recognised(client: TestClient) -> None:
    body = {"index_name": "a", "engine_id": "marengo", "index_options": ["visual"]}
    for kind in ("application/x-www-form-urlencoded", "text/plain", "", "application/json; charset=utf-8"):
        headers = {"Content-Type": kind} if kind else {}
        answer = client.post("/v1.1/indexes", content=f"\n {json.dumps(body)}", headers=headers)
        assert answer.status_code == 201, answer.text
        body["index_name"] += "a"


def test_an_index_can_be_made_with_a_form(client: TestClient) -> None:
    models = json.dumps([{"model_name": "marengo3.0", "model_options": ["visual"]}])
    answer = client.post("/v1.3/indexes", data={"index_name": "ünï +&=", "models": models})
    shown = client.get(f"/v1.3/indexes/{answer.json()['_id']}").json()
    assert shown["index_name"] == "ünï +&="
    assert shown["models"][0]["model_name"] == "marengo3.0"


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", {}, 400, "parameter_not_provided"),
        (b"", MULTIPART, 400, "parameter_not_provided"),
        (END, MULTIPART, 400, "parameter_not_provided"),
        (b"{", {}, 400, "parameter_invalid"),
        (b"[]", {}, 400, "parameter_invalid"),
        (b"5", {"Content-Type": "application/json"}, 400, "parameter_invalid"),
        (b'{"a": NaN}', {}, 400, "parameter_invalid"),
        (b"[" * 200_000, {}, 400, "parameter_invalid"),
        (b'{"index_name": "\xff"}', {}, 400, "parameter_invalid"),
        (b'{"index_name": "\\ud800"}', {}, 400, "parameter_invalid"),
        (b"a=%ff", FORM, 400, "parameter_invalid"),
        (b"&".join([b"a=1"] * 1_001), FORM, 400, "parameter_invalid"),
        (b"<xml/>", {"Content-Type": "application/xml"}, 400, "content_type_invalid"),
        (b"nonsense", MULTIPART, 400, "parameter_invalid"),
        (b"nonsense", {"Content-Type": "multipart/form-data"}, 400, "parameter_invalid"),
        (b"nonsense", {"Content-Type": "multipart/form-data; boundary="}, 400, "parameter_invalid"),
        (part("index_name", "a"), MULTIPART, 400, "parameter_invalid"),
        (part("index_name", b"\xff") + END, MULTIPART, 400, "parameter_invalid"),
        (part("a", "") * 1_001 + END, MULTIPART, 400, "parameter_invalid"),
        (b" " * (1024 * 1024 + 1), {"Content-Type": "application/json"}, 413, "body_too_large"),
        (b"a=" + b"x" * 65_537, FORM, 413, "body_too_large"),
        (part("index_name", "x" * 65_537) + END, MULTIPART, 413, "body_too_large"),
        (part("x", bytes(1024 * 1024), filename="x") * 2 + END, MULTIPART, 413, "body_too_large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(shared_client, content, headers, status, code) -> None:
    answer = shared_client.post("/v1.1/indexes", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("beginning", "headers"),
    [(b"a=", FORM), (b"{", {}), (part("x", b"", "x")[:-2], MULTIPART), (part("x", b"")[:-2], MULTIPART)],
)
def test_a_body_of_unknown_length_is_stopped_at_the_limit(shared_client, beginning, headers) -> None:
    chunks = (beginning if number == 0 else b"x" * 65_536 for number in range(40))
    answer = shared_client.post("/v1.1/indexes", content=chunks, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
