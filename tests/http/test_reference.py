"""``/openapi.json`` and ``/docs``: what they say is what the routes do."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient
from strictly import mistakes

from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, TaskId, VideoId, WebhookId
from kinodex.domain.indexes import Index, ModelChoice
from kinodex.http import fields
from kinodex.http.app import ROUTERS
from kinodex.http.links import picture_path
from kinodex.http.signing import Signer
from kinodex.http.spec.document import Endpoint, endpoints_of
from kinodex.http.spec.operation import Operation
from kinodex.http.spec.schema import INDEX_ID, TASK_ID, VIDEO_ID, WEBHOOK_ID
from kinodex.http.versions import GENERATIONS

ENDPOINTS = endpoints_of(ROUTERS)
CASES = [
    (endpoint, generation)
    for endpoint in ENDPOINTS
    for generation in endpoint.generations
    if endpoint.operation is not None
]
IDS = [f"{generation} {endpoint.method} {endpoint.path}" for endpoint, generation in CASES]
OTHER_ID = "6391c8a669ff3402ec515abb"
_UPLOADS = {("POST", "/tasks"): {"video_file", "file"}}
"""Files that go to the disk while they are read, so no one asks for them by name."""


@dataclass
class Scene:
    """What the examples speak of, there under their very ids."""

    backstage: Any
    client: TestClient
    documents: dict[str, Any]
    is_touched: bool = True

    def restore(self) -> None:
        """Bring back what an example took away, and take away what it made."""
        if not self.is_touched:
            return
        for page in self.client.get("/v1.3/indexes?page_limit=50").json()["data"]:
            self.client.delete(f"/v1.3/indexes/{page['_id']}")
        for each in self.client.get("/v1.3/webhooks").json()["data"]:
            self.client.delete(f"/v1.3/webhooks/{each['_id']}")
        self._arrange()
        self._arrange_webhook()
        self.is_touched = False

    def path(self, endpoint: Endpoint, generation: str) -> str:
        self.is_touched = endpoint.method != "GET"
        said = self.said(endpoint, generation)
        examples = {each["name"]: each.get("example") for each in said.get("parameters", ())}
        if "{token}" in endpoint.path:
            examples["token"] = self._token()
        if "{key_id}" in endpoint.path:
            examples["key_id"] = self.client.post("/v1.3/keys", json={"name": "reader"}).json()["_id"]
        path = re.sub(r"\{(\w+)\}", lambda found: examples[found[1]], endpoint.path)
        if path.startswith("/media/"):
            path = Signer(b"signing-key").sign(picture_path(INDEX_ID, VIDEO_ID, examples["at_ms"]))
        missing = [each for each in said.get("parameters", ()) if each["in"] == "query" and each["required"]]
        if missing and "?" not in path:
            path += f"?index_id={INDEX_ID}"
        return f"/{generation}{path}"

    def said(self, endpoint: Endpoint, generation: str) -> Any:
        return self.documents[generation]["paths"][endpoint.path][endpoint.method.lower()]

    def _token(self) -> str:
        body = {"index_id": INDEX_ID, "query_text": "race", "search_options": ["audio"], "page_limit": 1}
        return str(self.client.post("/v1.3/search", json=body).json()["page_info"]["next_page_token"])

    def _arrange_webhook(self) -> None:
        made = self.backstage.usecases.webhooks.create(
            "https://hooks.example/kinodex", webhook_id=WebhookId(WEBHOOK_ID)
        )
        self.backstage.usecases.webhooks.test(made.id)

    def _arrange(self) -> None:
        at = now()
        model = ModelChoice("marengo2.5", ("visual", "conversation", "text_in_video", "logo"))
        index = Index(
            id=IndexId(INDEX_ID),
            name="films",
            models=(model,),
            addons=("thumbnail",),
            generation="v1.1",
            created_at=at,
            updated_at=at,
        )
        with self.backstage.records.write() as transaction:
            transaction.indexes.add(index)
        self.backstage.add_task(INDEX_ID, id=TaskId(TASK_ID))
        for video_id, line in ((VIDEO_ID, "the race begins"), (OTHER_ID, "another race")):
            self.backstage.add_video(
                INDEX_ID, id=VideoId(video_id), spoken=[line], metadata={"category": "sports"}
            )


@pytest.fixture(scope="module")
def built(shared_backstage, shared_client) -> Scene:
    documents = {name: shared_client.get(f"/{name}/openapi.json").json() for name in GENERATIONS}
    return Scene(shared_backstage, shared_client, documents)


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
    """Return a body as a form holds it: lists of texts repeated, the rest as JSON text."""
    return {name: value if _is_plain(value) else json.dumps(value).strip('"') for name, value in body.items()}


def _is_plain(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


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


@pytest.mark.parametrize(("endpoint", "generation"), CASES, ids=IDS)
def test_an_endpoint_says_what_it_is_for_and_what_it_answers(
    built: Scene, endpoint: Endpoint, generation: str
) -> None:
    document = built.documents[generation]
    said = document["paths"][endpoint.path][endpoint.method.lower()]
    assert said["summary"].endswith(".")
    assert said["tags"]
    assert said.get("x-required-scope") == endpoint.scope
    assert ("security" in said) == (endpoint.scope is not None)
    assert {"500", "503"} <= set(said["responses"])
    status, success = next(iter(said["responses"].items()))
    assert status.startswith("2")
    if status == "204":
        assert "content" not in success
    for form, media in success.get("content", {}).items():
        assert media["schema"]
        if form == "application/json":
            assert mistakes(document, media["schema"], media["example"]) == []
    for each in said.get("parameters", ()):
        assert each.get("description") or each["schema"].get("description"), each["name"]
    for media in said.get("requestBody", {"content": {}})["content"].values():
        assert all(each.get("description") for each in media["schema"]["properties"].values())
    if endpoint.operation is not None and endpoint.operation.body:
        assert said["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize(("endpoint", "generation"), CASES, ids=IDS)
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
            answer = scene.client.request(endpoint.method, path, json=body, follow_redirects=False)
        assert answer.status_code == int(status), (body, answer.text)
        _check_answer(scene.documents[generation], success, answer)
    if endpoint.operation.body:
        _check_fields(endpoint, endpoint.operation, generation, read=read)


def _check_answer(document: Any, success: Any, answer: Any) -> None:
    if "content" not in success:
        assert answer.content == b""
        return
    ((form, media),) = success["content"].items()
    assert answer.headers["content-type"].partition(";")[0] == form.partition(";")[0]
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


FORMS = [case for case in CASES if case[0].operation and case[0].operation.body]


@pytest.mark.parametrize(
    ("endpoint", "generation"), FORMS, ids=[f"{case[1]} {case[0].method} {case[0].path}" for case in FORMS]
)
@pytest.mark.parametrize("form", ["url-encoded", "multipart"])
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
