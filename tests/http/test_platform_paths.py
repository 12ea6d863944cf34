"""Every endpoint of the platform, in every version: served, or refused in the form clients read."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from kinodex.http.app import ROUTERS
from kinodex.http.routes.generation import REFUSED
from kinodex.http.spec.document import endpoints_of
from kinodex.http.versions import GENERATIONS

ROOT = Path(__file__).parents[2]
PLATFORM = runpy.run_path(str(ROOT / "scripts" / "compatibility.py"))["PLATFORM"]
WRITES_TEXT = {(method, path) for method, path, _ in REFUSED}
NESTED = ("/embed-v2", "/analyze/tasks", "/analyze/batches")
CASES = [(row, generation) for row in PLATFORM for generation in GENERATIONS]
IDS = [f"{generation} {row.method} {row.path}" for row, generation in CASES]


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


SERVED = {
    (each.method, _shape(each.path), generation)
    for each in endpoints_of(ROUTERS)
    for generation in each.generations
}


@pytest.mark.parametrize(("row", "generation"), CASES, ids=IDS)
def test_an_endpoint_is_answered_in_the_form_of_its_version(
    shared_client: TestClient, row: Any, generation: str
) -> None:
    path = re.sub(r"\{\w+\}", "0" * 24, row.path)
    body = {"json": {}} if row.method in {"POST", "PUT", "PATCH"} else {}

    answer = shared_client.request(row.method, f"/{generation}{path}", **body)

    assert answer.status_code < 500
    if answer.status_code == 204:
        return
    said = answer.json()
    is_served = (row.method, _shape(row.path), generation) in SERVED
    if generation in row.versions and (row.method, row.path) in WRITES_TEXT:
        assert (answer.status_code, said["code"]) == (400, "index_not_supported_for_generate")
    elif not is_served:
        assert (answer.status_code, said["code"]) in {
            (404, "endpoint_not_exists"),
            (405, "method_not_allowed"),
        }
    if answer.status_code >= 400:
        assert said["message"].endswith(".")
        plain = {"code": said["code"], "message": said["message"]}
        assert said == ({**plain, "error": plain} if path.startswith(NESTED) else plain)


@pytest.mark.parametrize("path", ["/v1.3/analyze", "/analyze", "/v1.2/generate", "/p/v1.2/generate"])
def test_a_wish_for_text_is_refused_before_anything_is_written(shared_client: TestClient, path: str) -> None:
    for body in ({"prompt": "x", "stream": True}, {"video_id": "nonsense"}):
        answer = shared_client.post(path, json=body)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/json"
        assert path in answer.json()["message"]
    assert shared_client.post(path, headers={"x-api-key": "wrong"}).status_code == 401


def test_an_entity_in_a_query_is_refused_and_not_searched_for_as_text(
    client: TestClient, index_id: str
) -> None:
    body = {"index_id": index_id, "search_options": ["visual"], "query_text": "<@64a1> waves"}
    answer = client.post("/v1.3/search", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")
    assert "<@64a1>" in answer.json()["message"]
