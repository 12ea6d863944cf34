"""What the examples of the API's documents speak of, there under their very ids."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from starlette.testclient import TestClient

from kinodex.domain.assets import AssetKind, Upload, UploadStatus
from kinodex.domain.clock import now
from kinodex.domain.embeddings import Embedded, EmbedOption, EmbedScope, EmbedStatus, EmbedTask, EmbedWanted
from kinodex.domain.ids import AssetId, EmbedTaskId, IndexId, TaskId, UploadId, VideoId, WebhookId, new_id
from kinodex.domain.indexes import Index, ModelChoice
from kinodex.domain.tasks import TaskStatus
from kinodex.http.signing import Signer
from kinodex.http.spec.document import Endpoint
from kinodex.http.spec.schema import (
    ASSET_ID,
    EMBED_TASK_ID,
    INDEX_ID,
    PART_TAG,
    TASK_ID,
    UPLOAD_ID,
    VIDEO_ID,
    WEBHOOK_ID,
)
from kinodex.http.versions import GENERATIONS
from kinodex.usecases.assets import AssetRequest
from kinodex.usecases.blobs import asset_playlist_key, asset_stream_key, asset_thumbnail_key, embedded_key

OTHER_ID = "6391c8a669ff3402ec515abb"
EMBED_TASK_V2_ID = "6391c4b0fb14854546891275"
VIDEO = b"\x00\x00\x00\x18ftypmp42" + bytes(1_000)
PART = bytes(1_000)
"""The first part of the upload of the examples."""

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
        for each in self.client.get("/v1.3/assets?page_limit=50").json()["data"]:
            self.client.delete(f"/v1.3/assets/{each['_id']}?force=true")
        self._arrange()
        self._arrange_webhook()
        self._arrange_asset()
        self._arrange_upload()
        for family, task_id in (("v1", EMBED_TASK_ID), ("v2", EMBED_TASK_V2_ID)):
            self._arrange_embedding(family, EmbedTaskId(task_id))
        self.is_touched = False

    def path(self, endpoint: Endpoint, generation: str) -> str:
        self.is_touched = endpoint.method != "GET"
        said = self.said(endpoint, generation)
        examples = {each["name"]: each.get("example") for each in said.get("parameters", ())}
        if "{token}" in endpoint.path:
            examples["token"] = self._token(endpoint)
        if "{key_id}" in endpoint.path:
            examples["key_id"] = self.client.post("/v1.3/keys", json={"name": "reader"}).json()["_id"]
        if endpoint.path.startswith("/embed-v2/"):
            examples["embed_task_id"] = EMBED_TASK_V2_ID
        if endpoint.path in BEFORE:
            with self.backstage.records.write() as transaction:
                transaction.tasks.delete(TaskId(TASK_ID))
            self.backstage.add_task(INDEX_ID, id=TaskId(TASK_ID), status=BEFORE[endpoint.path])
        path = re.sub(r"\{(\w+)\}", lambda found: examples[found[1]], endpoint.path)
        if path.startswith(("/media/", "/uploads/")):
            path = Signer(b"signing-key").sign(path)
        missing = [each for each in said.get("parameters", ()) if each["in"] == "query" and each["required"]]
        if missing and "?" not in path:
            known = {"index_id": INDEX_ID, "start": "0", "end": "1.5"}
            path += "?" + "&".join(f"{each['name']}={known[each['name']]}" for each in missing)
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

    def _arrange_asset(self) -> None:
        library = self.backstage.usecases.library
        path = library.uploads.new_part()
        path.write_bytes(VIDEO)
        asset = AssetRequest(asset_id=AssetId(ASSET_ID), user_metadata={"category": "sports"})
        library.assets.create_from_file(asset, path, filename="race.mp4")
        for key_of, content in (
            (asset_playlist_key, b"#EXTM3U\nstream.mp4\n"),
            (asset_stream_key, VIDEO),
            (asset_thumbnail_key, b"\xff\xd8 a picture"),
        ):
            self.backstage.blobs.put_bytes(key_of(AssetId(ASSET_ID)), content)

    def _arrange_upload(self) -> None:
        """Begin an upload under a known id, and send its first part."""
        library, at = self.backstage.usecases.library, now()
        asset, begun = library.uploads.create(
            AssetRequest(asset_id=AssetId(new_id()), filename="race.mp4"),
            kind=AssetKind.VIDEO,
            total_bytes=3 * len(PART),
        )
        upload = Upload(
            id=UploadId(UPLOAD_ID),
            asset_id=asset.id,
            kind=AssetKind.VIDEO,
            status=UploadStatus.ACTIVE,
            total_bytes=begun.total_bytes,
            part_bytes=begun.part_bytes,
            created_at=at,
            updated_at=at,
            expires_at=begun.expires_at,
        )
        with self.backstage.records.write() as transaction:
            transaction.uploads.add(upload)
        path = library.uploads.new_part()
        path.write_bytes(PART)
        assert library.uploads.put_part(upload.id, 1, path) == PART_TAG

    def _arrange_embedding(self, family: str, task_id: EmbedTaskId) -> None:
        at = now()
        task = EmbedTask(
            id=task_id,
            family=family,
            status=EmbedStatus.READY,
            model_name="marengo3.0",
            wanted=EmbedWanted(),
            filename="race.mp4",
            created_at=at,
            updated_at=at,
            duration_s=6.0,
        )
        found = Embedded(
            option=EmbedOption.VISUAL,
            scope=EmbedScope.CLIP,
            start_s=0.0,
            end_s=6.0,
            space="s",
            vector=np.eye(2, dtype="<f4")[0].tobytes(),
        )
        self.backstage.blobs.put_bytes(embedded_key(task_id), msgspec.msgpack.encode([found]))
        with self.backstage.records.write() as transaction:
            if transaction.embed_tasks.get(task_id) is None:
                transaction.embed_tasks.add(task)


def scene_of(backstage: Any, client: TestClient) -> Scene:
    documents = {name: client.get(f"/{name}/openapi.json").json() for name in GENERATIONS}
    return Scene(backstage, client, documents)
