"""Requests nobody thought of, made from the documents of the API: none breaks the server or its word."""

import os
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies
from live import KEY
from scene import Scene, scene_of
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from kinodex.http.app import create_app
from kinodex.http.spec.schema import (
    ASSET_ID,
    EMBED_TASK_ID,
    INDEX_ID,
    TASK_ID,
    UPLOAD_ID,
    VIDEO_ID,
    WEBHOOK_ID,
)
from kinodex.http.versions import GENERATIONS

# The documents say what we promise; we take more than that on purpose (numbers as texts, lists with
# commas, unknown fields), and refuse what no schema can say (a name that is taken, an unknown id).
LENIENT = [checks.negative_data_rejection, checks.positive_data_acceptance]
REFUSED = 300
THERE = {
    "index_id": INDEX_ID,
    "task_id": TASK_ID,
    "video_id": VIDEO_ID,
    "webhook_id": WEBHOOK_ID,
    "asset_id": ASSET_ID,
    "indexed_asset_id": VIDEO_ID,
    "upload_id": UPLOAD_ID,
    "embed_task_id": EMBED_TASK_ID,
}
SETTINGS = hypothesis.settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


@dataclass
class Attack:
    """Sends the requests and notes what went wrong and how often it asked."""

    scene: Scene
    schema: Any
    sent: int = 0
    found: list[str] = field(default_factory=list)

    def run(self, *, cases: int) -> None:
        """Send so many cases, half of them wrong on purpose, to each operation."""
        for result in self.schema.get_all_operations():
            operation = result.ok()
            if operation.path in {"/healthz", "/docs"}:
                continue
            for mode in GenerationMode:
                self._run(operation, mode, cases=max(1, cases // 2))

    def _run(self, operation: Any, mode: GenerationMode, *, cases: int) -> None:
        @hypothesis.settings(SETTINGS, max_examples=cases)
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode), is_known=strategies.booleans())
        def send(case: Case, is_known: bool) -> None:
            self._send(case, is_known=is_known)

        try:
            send()
        except hypothesis.errors.Unsatisfiable:
            # Nothing can be wrong about a request that takes nothing.
            assert mode is GenerationMode.NEGATIVE

    def _send(self, case: Case, *, is_known: bool) -> None:
        self.scene.restore()
        if is_known:
            _aim(case)
        self.sent += 1
        self.scene.is_touched = case.method != "GET"
        try:
            answer = case.call_and_validate(headers={"x-api-key": KEY}, excluded_checks=LENIENT)
        except FailureGroup as group:
            self.found += [f"{case.method} {case.path}: {each}" for each in group.exceptions]
        else:
            self.scene.is_touched &= answer.status_code < REFUSED


def _aim(case: Case) -> None:
    """Point a request at what is there, so that it gets further than to the look-up."""
    for name, identifier in THERE.items():
        if isinstance(case.path_parameters, dict) and name in case.path_parameters:
            case.path_parameters[name] = identifier
    if isinstance(case.body, dict):
        case.body.update({name: THERE[name] for name in ("index_id", "asset_id") if name in case.body})


pytestmark = pytest.mark.usefixtures("brief_streams")


@pytest.fixture(scope="module")
def built(shared_backstage, shared_client) -> Scene:
    return scene_of(shared_backstage, shared_client)


def _attack(built: Scene, generation: str) -> Attack:
    app = create_app(built.backstage.usecases, signing_key=b"signing-key")
    return Attack(built, schemathesis.openapi.from_asgi(f"/{generation}/openapi.json", app))


@pytest.mark.slow
def test_no_request_breaks_the_server_or_its_word(built: Scene) -> None:
    attack = _attack(built, GENERATIONS[-1])
    attack.run(cases=4)
    assert sorted(set(attack.found)) == []
    assert attack.sent > 100


@pytest.mark.slow
@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="takes minutes; LONG_TESTS=1 runs it")
@pytest.mark.parametrize("generation", GENERATIONS)
def test_many_more_requests_do_not_either(
    built: Scene, generation: str, record_testsuite_property: Any
) -> None:
    attack = _attack(built, generation)
    attack.run(cases=56)
    record_testsuite_property(f"requests under {generation}", attack.sent)
    assert sorted(set(attack.found)) == []
    assert attack.sent > 1_500
