"""``twelvelabs`` 0.4: the host comes from ``TWELVELABS_BASE_URL``, the version is v1.3."""

import os
import sys

import twelvelabs
from steps import refused, step, told_of

client = twelvelabs.TwelveLabs(api_key=os.environ["API_KEY"])
step("the client takes the host from the environment", client.base_url.startswith(os.environ["SERVER"]))

name = f"python {sys.argv[1]}"
index = client.index.create(
    name, [{"name": "marengo2.7", "options": ["visual", "audio"]}], addons=["thumbnail"]
)
step("index.create", index.id and index.models[0].options == ["visual", "audio"], index)
step("index.list by name", [each.id for each in client.index.list(name=name)] == [index.id])
step("index.list by options", index.id in [each.id for each in client.index.list(model_options=["visual"])])
client.index.update(index.id, f"{name} renamed")
step("index.update", client.index.retrieve(index.id).name == f"{name} renamed")
refused(
    "index.create with a name that is taken",
    400,
    "index_name_already_exists",
    lambda: client.index.create(f"{name} renamed", [{"name": "marengo2.7", "options": ["visual"]}]),
)

task = client.task.create(index.id, url=os.environ["CLIP_URL"])
step("task.create by url", task.id and task.video_id, task)
task.wait_for_done(sleep_interval=0.2)
task = client.task.retrieve(task.id)
step("task.wait_for_done", task.status == "ready" and task.system_metadata["duration"] > 11, task)
told_of(task.id)
upload = client.task.create(index.id, file=os.environ["CLIP"], enable_video_stream=True)
upload.wait_for_done(sleep_interval=0.2)
step("task.create by file", upload.status == "ready", upload)
bulk = client.task.create_bulk(index.id, urls=[os.environ["CLIP_URL"]])
bulk[0].wait_for_done(sleep_interval=0.2)
step("task.create_bulk", [each.status for each in bulk] == ["ready"])
step("task.list", len(client.task.list(index_id=index.id, height=360)) == 3)
first = client.task.list_pagination(index_id=index.id, page_limit=2)
step("task.list_pagination", first.page_info.total_page == 2 and len(first.data) == 2)
step("task.list_pagination, the pages after", len([each for page in first for each in page]) == 1)
step("task.status", client.task.status(index.id).ready == 3)

videos = {task.video_id, upload.video_id, bulk[0].video_id}
found = client.search.query(index.id, ["audio"], query_text="five dozen liquor jugs")
step("search by words", {hit.video_id for hit in found.data} == videos, found.data)
step("search says how sure it is", found.data[0].confidence in {"high", "medium", "low"}, found.data[0])
grouped = client.search.query(index.id, ["visual"], query_text="red", group_by="video")
step("search grouped by video", {each.id for each in grouped.data} == videos and grouped.data[0].clips)
paged = client.search.query(index.id, ["audio"], query_text="five dozen liquor jugs", page_limit=2)
step("search, first page", len(paged.data) == 2)
step("search, second page", len([hit for page in paged for hit in page]) == 1)
narrow = client.search.query(index.id, ["visual"], query_text="red", filter={"id": [task.video_id]})
step("search with a filter", {hit.video_id for hit in narrow.data} == {task.video_id})
picture = {"query_media_type": "image", "query_media_file": os.environ["PICTURE"]}
step("search by a picture", len(client.search.query(index.id, ["visual"], **picture).data) > 0)
by_url = client.search.query(
    index.id, ["visual"], query_media_type="image", query_media_url=os.environ["PICTURE_URL"]
)
step("search by the URL of a picture", len(by_url.data) > 0)
composed = client.search.query(index.id, ["visual"], query_text="red", **picture)
step("search by a picture and words", len(composed.data) > 0)
refused(
    "search with an unknown option",
    400,
    "search_option_not_supported",
    lambda: client.search.query(index.id, ["telepathy"], query_text="red"),
)

client.index.video.update(index.id, task.video_id, user_metadata={"category": "sports", "lap": 3})
video = client.index.video.retrieve(index.id, task.video_id)
step("video.update", video.user_metadata == {"category": "sports", "lap": 3}, video)
step("video.retrieve", video.system_metadata.height == 360 and video.system_metadata.size > 0)
step("video.list", {each.id for each in client.index.video.list(index.id)} == videos)
step("video.list by range", len(client.index.video.list(index.id, duration={"gte": 11, "lte": 13})) == 3)
page = client.index.video.list_pagination(index.id, page_limit=2)
step("video.list_pagination", page.page_info.total_results == 3 and len(page.data) == 2)

own = client.index.video.list(index.id, user_metadata={"category": "sports"})
step("video.list by metadata", [each.id for each in own] == [task.video_id], own)
narrow = client.search.query(index.id, ["visual"], query_text="red", filter={"category": "sports"})
step("search with a filter of metadata", {hit.video_id for hit in narrow.data} == {task.video_id})

made = client.embed.create(
    "marengo2.7", text="a red car", image_file=os.environ["PICTURE"], audio_file=os.environ["SOUND"]
)
step("embed.create of a text", made.text_embedding.segments[0].embeddings_float)
step("embed.create of a picture", made.image_embedding.segments[0].embeddings_float)
step("embed.create of a sound says why not", made.audio_embedding.error_message, made.audio_embedding)
by_url = client.embed.create("marengo2.7", image_url=os.environ["PICTURE_URL"])
step("embed.create of the URL of a picture", by_url.image_embedding.segments[0].embeddings_float)
made = client.embed.task.create("marengo2.7", video_url=os.environ["CLIP_URL"], video_clip_length=3)
made.wait_for_done(sleep_interval=0.2)
made = made.retrieve(embedding_option=["visual-text"])
parts = made.video_embedding.segments
step("embed.task of a URL", made.status == "ready" and len(parts) == 4, made.status)
step(
    "embed.task.list", made.id in [each.id for each in client.embed.task.list(status="ready", page_limit=50)]
)
made = client.embed.task.create(
    "marengo2.7", video_file=os.environ["CLIP"], video_embedding_scopes=["clip", "video"]
)
made.wait_for_done(sleep_interval=0.2)
scopes = {each.embedding_scope for each in made.retrieve().video_embedding.segments}
step("embed.task of a file", scopes == {"clip", "video"}, scopes)
code = "index_not_supported_for_generate"
refused("gist", 400, code, lambda: client.gist(task.video_id, ["title"]))
refused("summarize", 400, code, lambda: client.summarize(task.video_id, "summary"))
refused("analyze", 400, code, lambda: client.analyze(task.video_id, "What happens?"))
# This client raises an error of no class of its own while it reads.
refused("analyze_stream", None, None, lambda: list(client.analyze_stream(task.video_id, "What happens?")))

client.index.video.delete(index.id, task.video_id)
step("video.delete", task.video_id not in {each.id for each in client.index.video.list(index.id)})
client.task.delete(task.id)
step("task.delete", task.id not in {each.id for each in client.task.list(index_id=index.id)})
client.index.delete(index.id)
refused("index.delete", 404, "resource_not_exist", lambda: client.index.retrieve(index.id))
