"""``twelvelabs`` 1: the constructor takes ``base_url``, with the version in it."""

import io
import json
import os
import sys
from pathlib import Path

from steps import refused, step
from twelvelabs import TwelveLabs
from twelvelabs.indexes import IndexesCreateRequestModelsItem

client = TwelveLabs(api_key=os.environ["API_KEY"], base_url=f"{os.environ['SERVER']}/v1.3")


def model(*options):
    return IndexesCreateRequestModelsItem(model_name="marengo3.0", model_options=list(options))


def picture():
    return ("picture.png", io.BytesIO(Path(os.environ["PICTURE"]).read_bytes()), "image/png")


name = f"python {sys.argv[1]}"
index = client.indexes.create(index_name=name, models=[model("visual", "audio")], addons=["thumbnail"])
step("indexes.create", index.id)
got = client.indexes.retrieve(index.id)
step("indexes.retrieve", got.index_name == name and got.models[0].model_options == ["visual", "audio"], got)
step("indexes.list by name", [each.id for each in client.indexes.list(index_name=name)] == [index.id])
client.indexes.update(index.id, index_name=f"{name} renamed")
step("indexes.update", client.indexes.retrieve(index.id).index_name == f"{name} renamed")
refused(
    "indexes.create with a name that is taken",
    400,
    "index_name_already_exists",
    lambda: client.indexes.create(index_name=f"{name} renamed", models=[model("visual")]),
)

metadata = json.dumps({"category": "sports", "lap": 3})
task = client.tasks.create(index_id=index.id, video_url=os.environ["CLIP_URL"], user_metadata=metadata)
step("tasks.create by url", task.id and task.video_id, task)
done = client.tasks.wait_for_done(task.id, sleep_interval=0.2)
step("tasks.wait_for_done", done.status == "ready" and done.system_metadata.duration > 11, done)
with Path(os.environ["CLIP"]).open("rb") as file:
    upload = client.tasks.create(index_id=index.id, video_file=file, enable_video_stream=True)
step("tasks.create by file", client.tasks.wait_for_done(upload.id, sleep_interval=0.2).status == "ready")
listed = client.tasks.list(index_id=index.id, status=["ready", "indexing"], width=640, page_limit=1)
step("tasks.list with filters, all pages", {each.id for each in listed} == {task.id, upload.id})
step("tasks.list, none", list(client.tasks.list(index_id=index.id, status="failed")) == [])

videos = {task.video_id, upload.video_id}


def search(**more):
    return client.search.query(index_id=index.id, **more)


found = list(search(search_options=["audio"], query_text="five dozen liquor jugs", page_limit=1))
step("search by words, all pages", {hit.video_id for hit in found} == videos, found)
step("search ranks over the pages", [hit.rank for hit in found] == [1, 2])
options = ["transcription"]
exact = search(search_options=options, query_text="liquor jugs", transcription_options=["lexical"])
step("search in the transcription", list(exact))
grouped = search(search_options=["visual"], query_text="red", group_by="video").items
step("search grouped by video", {each.id for each in grouped} == videos and grouped[0].clips)
condition = json.dumps({"id": [task.video_id], "duration": {"gte": 1}, "category": "sports"})
narrow = search(search_options=["visual"], query_text="red", filter=condition, include_user_metadata=True)
step("search with a filter", {hit.video_id for hit in narrow.items} == {task.video_id})
step("search shows metadata", narrow.items[0].user_metadata == {"category": "sports", "lap": 3})
image = {"search_options": ["visual"], "query_media_type": "image"}
step("search by a picture", search(**image, query_media_file=picture()).items)
step("search by two pictures", search(**image, query_media_files=[picture(), picture()]).items)
step("search by the URL of a picture", search(**image, query_media_url=os.environ["PICTURE_URL"]).items)
step("search by a picture and words", search(**image, query_text="red", query_media_file=picture()).items)
refused(
    "search with an unknown option",
    400,
    "search_option_not_supported",
    lambda: search(search_options=["telepathy"], query_text="red"),
)
refused(
    "search by a page token that is no more",
    400,
    "search_page_token_expired",
    lambda: client.search.retrieve("expired"),
)

clip = client.indexes.videos.retrieve(index.id, task.video_id, transcription=True)
step("videos.retrieve", clip.system_metadata.height == 360 and clip.transcription, clip)
listed = client.indexes.videos.list(index.id, duration={"gte": 1}, user_metadata={"category": "sports"})
step("videos.list by range and metadata", [each.id for each in listed] == [task.video_id])
client.indexes.videos.update(index.id, task.video_id, user_metadata={"category": "racing", "lap": None})
changed = client.indexes.videos.retrieve(index.id, task.video_id).user_metadata
step("videos.update merges, null removes", changed == {"category": "racing"}, changed)

client.indexes.videos.delete(index.id, task.video_id)
step("videos.delete", [each.id for each in client.indexes.videos.list(index.id)] == [upload.video_id])
client.tasks.delete(task.id)
step("tasks.delete", [each.id for each in client.tasks.list(index_id=index.id)] == [upload.id])
client.indexes.delete(index.id)
refused("indexes.delete", 404, "resource_not_exist", lambda: client.indexes.retrieve(index.id))
