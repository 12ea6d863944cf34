"""What the examples of the API's documents speak of, there under their very ids."""

import re
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, TaskId, VideoId, WebhookId
from kinodex.domain.indexes import Index, ModelChoice
from kinodex.domain.tasks import TaskStatus
from kinodex.http.signing import Signer
from kinodex.http.spec.document import Endpoint
from kinodex.http.spec.schema import INDEX_ID, TASK_ID, VIDEO_ID, WEBHOOK_ID
from kinodex.http.versions import GENERATIONS

OTHER_ID = "6391c8a669ff3402ec515abb"

BEFORE = {
    "/tasks/{task_id}/cancel": TaskStatus.INDEXING,
    "/tasks/{task_id}/retry": TaskStatus.FAILED,
}
"""How the task of the examples stands where ready is of no use."""


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
            examples["token"] = self._token(endpoint)
        if "{key_id}" in endpoint.path:
            examples["key_id"] = self.client.post("/v1.3/keys", json={"name": "reader"}).json()["_id"]
        if endpoint.path in BEFORE:
            with self.backstage.records.write() as transaction:
                transaction.tasks.delete(TaskId(TASK_ID))
            self.backstage.add_task(INDEX_ID, id=TaskId(TASK_ID), status=BEFORE[endpoint.path])
        path = re.sub(r"\{(\w+)\}", lambda found: examples[found[1]], endpoint.path)
        if path.startswith("/media/"):
            path = Signer(b"signing-key").sign(path)
        missing = [each for each in said.get("parameters", ()) if each["in"] == "query" and each["required"]]
        if missing and "?" not in path:
            path += f"?index_id={INDEX_ID}"
        return f"/{generation}{path}"

    def said(self, endpoint: Endpoint, generation: str) -> Any:
        return self.documents[generation]["paths"][endpoint.path][endpoint.method.lower()]

    def _token(self, endpoint: Endpoint) -> str:
        if endpoint.path.startswith("/classify"):
            classes = [{"name": "sport", "prompts": ["race"]}]
            body = {"index_id": INDEX_ID, "options": ["conversation"], "classes": classes, "page_limit": 1}
            page = self.client.post("/v1.1/classify/bulk", json=body).json()
            return str(page["page_info"]["next_page_token"])
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
        self.backstage.add_task(INDEX_ID, video_id=VideoId(VIDEO_ID))
        for video_id, line in ((VIDEO_ID, "the race begins"), (OTHER_ID, "another race")):
            self.backstage.add_video(
                INDEX_ID,
                id=VideoId(video_id),
                spoken=[line],
                metadata={"category": "sports"},
                is_playable=True,
            )


def scene_of(backstage: Any, client: TestClient) -> Scene:
    documents = {name: client.get(f"/{name}/openapi.json").json() for name in GENERATIONS}
    return Scene(backstage, client, documents)
