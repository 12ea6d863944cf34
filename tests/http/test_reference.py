"""``/openapi.json`` and ``/docs``: what they say is what the routes do."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from openapi_spec_validator import validate
from scene import PART, Scene, scene_of
from starlette.testclient import TestClient
from strictly import mistakes

from kinodex.http import fields
from kinodex.http.app import ROUTERS, create_app
from kinodex.http.routes.generation import REFUSED
from kinodex.http.spec.document import RATES, Endpoint, endpoints_of
from kinodex.http.spec.operation import Operation
from kinodex.http.versions import GENERATIONS

ENDPOINTS = endpoints_of(ROUTERS)


def _case(endpoint: Endpoint, generation: str) -> Any:
    """An endpoint in a version; only the newest of each is looked at every day."""
    is_newest = generation == endpoint.generations[-1]
    name = f"{generation} {endpoint.method} {endpoint.path}"
    return pytest.param(endpoint, generation, id=name, marks=() if is_newest else pytest.mark.slow)


CASES = [
    _case(endpoint, generation)
    for endpoint in ENDPOINTS
    for generation in endpoint.generations
    if endpoint.operation is not None
]
_UPLOADS = {
    ("POST", "/tasks"): {"video_file", "file"},
    ("POST", "/assets"): {"file"},
    ("POST", "/embed/tasks"): {"video_file"},
}
"""Files that go to the disk while they are read, so no one asks for them by name."""


pytestmark = pytest.mark.usefixtures("brief_streams")


@pytest.fixture(scope="module")
def built(shared_backstage, shared_client) -> Scene:
    return scene_of(shared_backstage, shared_client)


@pytest.fixture
def scene(built: Scene) -> Scene:
    """What the examples speak of, untouched."""
    built.restore()
    return built


def _bodies(endpoint: Endpoint, generation: str) -> Iterator[Any]:
    assert endpoint.operation is not None
    if not endpoint.operation.body:
        yield None
    for example in endpoint.operation.examples.values():
        if generation in example.only:
            yield example.body


def _as_form(body: Any) -> dict[str, Any]:
    """Return a body as a form holds it: texts as they are, lists of them repeated, the rest as JSON text."""
    return {name: value if _is_plain(value) else json.dumps(value) for name, value in body.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


HIDDEN = {
    "/": "the page",
    "/page/{name}": "the parts of the page",
    "/sign-ins": "the page alone uses it",
    "/docs/{name}": "the parts of the page of these documents",
    "/media/{index_id}/{video_id}/stream.mp4": "HEAD beside GET",
    "/media/assets/{asset_id}/stream.mp4": "HEAD beside GET",
    **dict.fromkeys((path for _, path, _ in REFUSED), "always refused"),
}
"""Paths that no document speaks of, and why."""


def test_every_endpoint_is_documented() -> None:
    assert len(ENDPOINTS) > 80
    assert [f"{each.method} {each.path}" for each in ENDPOINTS if each.operation is None] == []


def test_what_the_documents_leave_out_is_known() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    hidden = {route.path for route in routes if not route.include_in_schema}
    assert hidden == set(HIDDEN)


def test_only_links_and_signs_of_life_need_no_key() -> None:
    """What asks for no scope is what nobody could send a key to."""
    free = {each.path.split("/")[1] for each in ENDPOINTS if each.scope is None}
    assert free == {"media", "uploads", "healthz", "readyz", "docs", "openapi.json"}


def test_what_is_left_to_a_key_is_said_under_the_documented_names(shared_client, shared_backstage) -> None:
    app = create_app(shared_backstage.usecases, signing_key=b"signing-key", requests_per_minute=1)
    answers = [TestClient(app, headers=shared_client.headers).get("/v1.3/indexes") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    assert set(RATES) <= {name.title() for name in answers[0].headers}
    assert "Retry-After" in answers[1].headers


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_document_of_a_version_is_valid(shared_client, generation: str) -> None:
    answer = shared_client.get(f"/{generation}/openapi.json", headers={"x-api-key": ""})
    document = answer.json()
    validate(document)
    assert document["servers"] == [{"url": f"/{generation}"}]
    assert answer.headers["x-api-version"] == generation


def test_a_path_without_version_has_the_document_of_the_newest(shared_client) -> None:
    newest = shared_client.get("/v1.3/openapi.json").content
    assert shared_client.get("/openapi.json").content == newest


@pytest.mark.parametrize(("endpoint", "generation"), CASES)
def test_an_endpoint_says_what_it_is_for_and_what_it_answers(
    built: Scene, endpoint: Endpoint, generation: str
) -> None:
    document = built.documents[generation]
    said = document["paths"][endpoint.path][endpoint.method.lower()]
    assert said["summary"].endswith(".")
    assert said["tags"]
    assert said.get("x-required-scope") == endpoint.scope
    assert ("security" in said) == (endpoint.scope is not None)
    assert {"429", "500", "503"} <= set(said["responses"])
    status, success = next(iter(said["responses"].items()))
    assert status.startswith("2")
    if status == "204":
        assert "content" not in success
    told = set(success.get("headers", ())) - set(endpoint.operation.headers if endpoint.operation else ())
    assert told == (set(RATES) if endpoint.scope is not None else set())
    for form, media in success.get("content", {}).items():
        assert media["schema"]
        if form == "application/json":
            assert mistakes(document, media["schema"], media["example"]) == []
    for each in said.get("parameters", ()):
        assert each.get("description") or each["schema"].get("description"), each["name"]
    for media in said.get("requestBody", {"content": {}})["content"].values():
        assert all(each.get("description") for each in media["schema"].get("properties", {}).values())
    if endpoint.operation is not None and endpoint.operation.body:
        assert said["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize(("endpoint", "generation"), CASES)
def test_an_example_works_and_is_answered_as_documented(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, generation: str
) -> None:
    read: set[str] = set()
    said = scene.said(endpoint, generation)
    status, success = next(iter(said["responses"].items()))
    assert endpoint.operation is not None
    for body in _bodies(endpoint, generation):
        scene.restore()
        path = scene.path(endpoint, generation)
        with monkeypatch.context() as patching:
            _watch(patching, read)
            answer = scene.client.request(
                endpoint.method, path, **_sent(endpoint, body), follow_redirects=False
            )
        assert answer.status_code == int(status), (body, answer.text)
        _check_answer(scene.documents[generation], success, answer)
    if endpoint.operation.body:
        _check_fields(endpoint, endpoint.operation, generation, read=read)


def _sent(endpoint: Endpoint, body: Any) -> dict[str, Any]:
    sends = endpoint.operation.sends if endpoint.operation else None
    return {"json": body} if sends is None else {"content": PART, "headers": {"content-type": sends}}


def _check_answer(document: Any, success: Any, answer: Any) -> None:
    if "content" not in success:
        assert answer.content == b""
        return
    documented = {form.partition(";")[0]: media for form, media in success["content"].items()}
    form = answer.headers["content-type"].partition(";")[0]
    media = documented[form]
    if form == "application/json":
        assert mistakes(document, media["schema"], answer.json()) == []


def _watch(monkeypatch: pytest.MonkeyPatch, read: set[str]) -> None:
    """Gather the names of all fields that are read from now on."""
    value, texts, files = fields.Fields.value, fields.Fields.texts, fields.Fields.files

    def reading_value(self: fields.Fields, name: str) -> object:
        read.add(name)
        return value(self, name)

    def reading_texts(self: fields.Fields, name: str, **options: Any) -> object:
        read.add(name)
        return texts(self, name, **options)

    def reading_files(self: fields.Fields, name: str) -> object:
        read.add(name.removesuffix("[]"))
        return files(self, name)

    monkeypatch.setattr(fields.Fields, "value", reading_value)
    monkeypatch.setattr(fields.Fields, "texts", reading_texts)
    monkeypatch.setattr(fields.Fields, "files", reading_files)


def _check_fields(endpoint: Endpoint, operation: Operation, generation: str, *, read: set[str]) -> None:
    """What is documented is read, and what is read is documented, if for another version."""
    documented = {field.name for field in operation.body if generation in field.only}
    assert documented - _UPLOADS.get((endpoint.method, endpoint.path), set()) <= read
    nested = {name for field in operation.body for name in _names_in(field.schema)}
    assert read <= {field.name for field in operation.body} | nested


def _names_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for each in schema.values():
            yield from _names_in(each)


FORMS = [case for case in CASES if case.values[0].operation and case.values[0].operation.body]


@pytest.mark.parametrize(("endpoint", "generation"), FORMS)
@pytest.mark.parametrize("form", ["url-encoded", pytest.param("multipart", marks=pytest.mark.slow)])
def test_an_example_works_as_a_form_too(scene: Scene, endpoint: Endpoint, generation: str, form: str) -> None:
    status = next(iter(scene.said(endpoint, generation)["responses"]))
    for body in _bodies(endpoint, generation):
        scene.restore()
        options: dict[str, Any] = {"data": _as_form(body)}
        if form == "multipart":
            options["files"] = [("ignored", ("", b""))]
        answer = scene.client.request(endpoint.method, scene.path(endpoint, generation), **options)
        assert answer.status_code == int(status), (body, answer.text)


def test_the_page_needs_nothing_from_elsewhere_and_nothing_inline(shared_client) -> None:
    page = shared_client.get("/docs", headers={"x-api-key": ""})
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "//" not in page.text.replace("<!doctype", "")
    assert "<style" not in page.text
    parts = re.findall(r'(?:src|href)="(/docs/[^"]+)"', page.text)
    assert len(parts) == 2
    for part in parts:
        assert shared_client.get(part).status_code == 200
    assert shared_client.get("/docs/../errors.py").status_code == 404
    assert shared_client.get("/docs/page.html").status_code == 404
