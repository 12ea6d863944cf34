"""``twelvelabs`` 1: the constructor takes ``base_url``, with the version in it."""

import io
import json
import os
import sys
import time
import urllib.request
from pathlib import Path

from steps import refused, step, told_of, until_final
from twelvelabs import TwelveLabs
from twelvelabs.indexes import IndexesCreateRequestModelsItem
from twelvelabs.types import (
    ImageInputRequest,
    MediaSource,
    TextInputRequest,
    VideoContext_AssetId,
)

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
told_of(task.id)
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

# Assets
asset = client.assets.create(
    method="url", url=os.environ["CLIP_URL"], filename="mine.mp4", enable_hls=True, enable_thumbnail=True
)
step("assets.create by url", asset.status == "processing" and asset.method == "url", asset)
asset = until_final(lambda: client.assets.retrieve(asset.id))
step("assets.retrieve", asset.status == "ready" and asset.technical_metadata.video_codec == "h264", asset)
while asset.hls.status == "processing" or asset.thumbnail.status == "processing":
    time.sleep(0.1)
    asset = client.assets.retrieve(asset.id)
with urllib.request.urlopen(asset.hls.manifest_url) as answer:
    step("assets.retrieve, hls", answer.read().startswith(b"#EXTM3U"), asset.hls)
with urllib.request.urlopen(asset.thumbnail.representative_url) as answer:
    step("assets.retrieve, thumbnail", answer.read().startswith(b"\xff\xd8"), asset.thumbnail)
sent = client.assets.create(method="direct", file=picture(), user_metadata=json.dumps({"a": 1}))
sent = until_final(lambda: client.assets.retrieve(sent.id))
step("assets.create by file", (sent.status, sent.file_type) == ("ready", "image/png"), sent)
client.assets.update_user_metadata(sent.id, user_metadata={"a": None, "b": "x"})
step("assets.update_user_metadata", client.assets.retrieve(sent.id).user_metadata == {"b": "x"})
listed = client.assets.list(asset_ids=[asset.id, sent.id], asset_types=["video"], filename="MINE")
step("assets.list with filters", [each.id for each in listed] == [asset.id])
part = client.multipart_upload.upload_file(os.environ["CLIP"])
step("multipart_upload.upload_file", part.asset_id and part.asset_url, part)
parted = until_final(lambda: client.assets.retrieve(part.asset_id))
size = Path(os.environ["CLIP"]).stat().st_size
step("an upload in parts is whole", (parted.status, parted.size) == ("ready", size), parted)
with urllib.request.urlopen(part.asset_url) as answer:
    step("the link of an upload", answer.read() == Path(os.environ["CLIP"]).read_bytes())
started = client.indexes.indexed_assets.create(
    index.id, asset_id=part.asset_id, user_metadata={"via": "asset"}
)
indexed = until_final(lambda: client.indexes.indexed_assets.retrieve(index.id, started.id))
step("indexed_assets.create", (indexed.status, indexed.asset_id) == ("ready", part.asset_id), indexed)
own = client.indexes.indexed_assets.list(index.id, status=["ready"], user_metadata={"via": "asset"})
step("indexed_assets.list by metadata", [each.id for each in own] == [started.id])
hits = search(search_options=["visual"], query_text="red", filter=json.dumps({"via": "asset"}))
step("search finds an indexed asset", {hit.video_id for hit in hits} == {started.id})
client.indexes.indexed_assets.update(index.id, started.id, user_metadata={"n": 2})
changed = client.indexes.indexed_assets.retrieve(index.id, started.id).user_metadata
step("indexed_assets.update", changed == {"via": "asset", "n": 2}, changed)
refused("assets.delete of one in use", 409, "resource_in_use", lambda: client.assets.delete(part.asset_id))
client.indexes.indexed_assets.delete(index.id, started.id)
client.assets.delete(part.asset_id)
refused("assets.delete", 404, "resource_not_exist", lambda: client.assets.retrieve(part.asset_id))

# Embed
made = client.embed.create(model_name="marengo3.0", text="a red car", image_file=picture())
text = made.text_embedding.segments[0].float_
step("embed.create of a text", len(text) > 0)
step("embed.create of a picture", len(made.image_embedding.segments[0].float_) > 0)
with Path(os.environ["SOUND"]).open("rb") as file:
    heard = client.embed.create(model_name="marengo3.0", audio_file=("sound.wav", file, "audio/wav"))
step("embed.create of a sound says why not", heard.audio_embedding.error_message, heard)
second = client.embed.v_2.create(
    model_name="marengo3.0", input_type="text", text=TextInputRequest(input_text="a red car")
)
step("embed.v_2.create of a text", second.data[0].embedding == text)
media = MediaSource(url=os.environ["PICTURE_URL"])
second = client.embed.v_2.create(
    model_name="marengo3.0", input_type="image", image=ImageInputRequest(media_source=media)
)
step("embed.v_2.create of a picture", second.data[0].embedding)
made = client.embed.tasks.create(
    model_name="marengo3.0", video_url=os.environ["CLIP_URL"], video_clip_length=3
)
client.embed.tasks.wait_for_done(made.id, sleep_interval=0.2)
segments = client.embed.tasks.retrieve(made.id, embedding_option=["visual"]).video_embedding.segments
step("embed.tasks of a URL", [each.start_offset_sec for each in segments] == [0, 3, 6, 9], len(segments))
step("embed.tasks.list", made.id in [each.id for each in client.embed.tasks.list(status="ready")])
context = VideoContext_AssetId(asset_id=asset.id)
wanted = {"model_name": "pegasus1.5", "video": context, "prompt": "What happens?"}
code = "index_not_supported_for_generate"
refused("analyze", 400, code, lambda: client.analyze(**wanted))
refused("analyze_stream", 400, code, lambda: list(client.analyze_stream(**wanted)))
refused("analyze_async.tasks.create", 400, code, lambda: client.analyze_async.tasks.create(**wanted))

client.indexes.videos.delete(index.id, task.video_id)
step("videos.delete", [each.id for each in client.indexes.videos.list(index.id)] == [upload.video_id])
client.tasks.delete(task.id)
step("tasks.delete", task.id not in [each.id for each in client.tasks.list(index_id=index.id)])
client.indexes.delete(index.id)
refused("indexes.delete", 404, "resource_not_exist", lambda: client.indexes.retrieve(index.id))
