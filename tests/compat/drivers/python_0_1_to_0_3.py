"""``twelvelabs`` 0.1, 0.2 and 0.3: hosts come from ``TWELVELABS_BASE_URL``, the version is the client's."""

import os
import sys

import twelvelabs
from steps import refused, step, told_of

VERSION = sys.argv[1]
GENERATION = os.environ["GENERATION"]
IS_OLDEST = VERSION.startswith("0.1.")

client = twelvelabs.TwelveLabs(api_key=os.environ["API_KEY"], version=GENERATION)
step("the client takes the host from the environment", client.base_url.startswith(os.environ["SERVER"]))

# Indexes
name = f"python {VERSION} {GENERATION}"
options = ["visual", "conversation", "text_in_video", "logo"]
index = client.index.create(name, [{"name": "marengo2.6", "options": options}], addons=["thumbnail"])
step("index.create", index.id and index.name == name, index)
step("index.retrieve", client.index.retrieve(index.id).engines[0].options == options)
step("index.list by name", [each.id for each in client.index.list(name=name)] == [index.id])
step("index.list by id", [each.id for each in client.index.list(id=index.id)] == [index.id])
step("index.list by family", index.id in [each.id for each in client.index.list(engine_family="marengo")])
pages = client.index.list_pagination(page_limit=1)
step("index.list_pagination", pages.page_info.limit_per_page == 1 and len(pages.data) == 1, pages.page_info)
client.index.update(index.id, f"{name} renamed")
step("index.update", client.index.retrieve(index.id).name == f"{name} renamed")
refused(
    "index.create with a name that is taken",
    400,
    "index_name_already_exists",
    lambda: client.index.create(f"{name} renamed", [{"name": "marengo2.6", "options": ["visual"]}]),
)

# Tasks
task = client.task.create(index.id, url=os.environ["CLIP_URL"], language="en")
step("task.create by url", task.id and task.index_id == index.id, task)
seen = []
task.wait_for_done(sleep_interval=0.2, callback=lambda each: seen.append(each.status))
step("task.wait_for_done", task.status == "ready", seen)
task = client.task.retrieve(task.id)
step(
    "task.retrieve", task.video_id and task.metadata["duration"] > 11 and task.metadata["width"] == 640, task
)
told_of(task.id)
upload = client.task.create(index.id, file=os.environ["CLIP"], disable_video_stream=True)
upload.wait_for_done(sleep_interval=0.2)
step("task.create by file", upload.status == "ready", upload)
step(
    "task.list with filters",
    {each.id for each in client.task.list(index_id=index.id, width=640, height=360)} == {task.id, upload.id},
)
step("task.list by filename", len(client.task.list(index_id=index.id, filename="no such file")) == 0)
step(
    "task.list by time",
    len(client.task.list(index_id=index.id, created_at={"gte": "2020-01-01T00:00:00Z"})) == 2,
)
first = client.task.list_pagination(index_id=index.id, page_limit=1)
step("task.list_pagination", first.page_info.total_results == 2 and first.page_info.total_page == 2)
later = [each.id for page in first for each in page]
step("task.list_pagination, the pages after", len({first.data[0].id, *later}) == 2, later)
counts = client.task.status(index.id)
step("task.status", counts.ready == 2 and counts.total_result == 2, counts)
refused(
    "task.create in a missing index",
    404,
    "resource_not_exist",
    lambda: client.task.create("0" * 24, url=os.environ["CLIP_URL"]),
)


# Search
def search(words, searched, index_id=index.id, **more):
    """The oldest client calls the text ``query`` and places it otherwise."""
    if IS_OLDEST:
        return client.search.query(index_id, words, searched, **more)
    if GENERATION == "v1.1":
        return client.search.query(index_id, searched, query=words, **more)
    return client.search.query(index_id, searched, query_text=words, **more)


found = search("five dozen liquor jugs", ["conversation"])
videos = {task.video_id, upload.video_id}
step("search by words", {hit.video_id for hit in found.data} == videos, found.data)
step("search says where and why", found.data[0].end > found.data[0].start >= 0 and found.data[0].metadata)
step("search pool", found.pool.total_count == 2, found.pool)
found = search("platform nine", ["visual", "text_in_video"], operator="or", threshold="low")
step("search by screen text", len(found.data) > 0)
grouped = search("red", ["visual"], group_by="video")
step("search grouped by video", {each.id for each in grouped.data} == videos and grouped.data[0].clips)
paged = search("five dozen liquor jugs", ["conversation"], page_limit=1)
step("search, first page", len(paged.data) == 1 and paged.page_info.next_page_token)
rest = [hit for page in paged for hit in page]
step("search, second page", len(rest) == 1 and rest[0].video_id != paged.data[0].video_id, rest)
narrow = search("red", ["visual"], filter={"id": [task.video_id], "duration": {"gte": 1}})
step("search with a filter", {hit.video_id for hit in narrow.data} == {task.video_id})
if not IS_OLDEST:
    by_file = client.search.query(
        index.id, ["visual"], query_media_type="image", query_media_file=os.environ["PICTURE"]
    )
    step("search by a picture", len(by_file.data) > 0)
    by_url = client.search.query(
        index.id, ["visual"], query_media_type="image", query_media_url=os.environ["PICTURE_URL"]
    )
    step("search by the URL of a picture", len(by_url.data) > 0)
    composed = client.search.query(
        index.id,
        ["visual"],
        query_text="red",
        query_media_type="image",
        query_media_file=os.environ["PICTURE"],
    )
    step("search by a picture and words", len(composed.data) > 0)
combined = client.search.combined_query(
    index.id, {"$or": [{"text": "five dozen liquor jugs"}, {"text": "nobody says this"}]}, ["conversation"]
)
step("search.combined_query", {hit.video_id for hit in combined.data} == videos, combined.data)
without = {"$not": {"origin": {"text": "five dozen liquor jugs"}, "sub": {"text": "liquor jugs"}}}
none = client.search.combined_query(index.id, without, ["conversation"])
step("search.combined_query, one without the other", len(none.data) == 0, none.data)
refused(
    "search in a missing index",
    404,
    "resource_not_exist",
    lambda: search("red", ["visual"], index_id="0" * 24),
)

# Videos
video = client.index.video.retrieve(index.id, task.video_id)
step("video.retrieve", video.metadata.height == 360 and video.metadata.size > 0, video.metadata)
client.index.video.update(index.id, task.video_id, title="Racing", metadata={"category": "sports", "lap": 3})
video = client.index.video.retrieve(index.id, task.video_id)
step("video.update", video.metadata.category == "sports" and video.metadata.lap == 3, video.metadata)
own = client.index.video.list(index.id, metadata={"category": "sports"})
step("video.list by metadata", [each.id for each in own] == [task.video_id], own)
narrow = search("red", ["visual"], filter={"category": "sports", "lap": {"gte": 3}})
step("search with a filter of metadata", {hit.video_id for hit in narrow.data} == {task.video_id})
step("video.list", {each.id for each in client.index.video.list(index.id)} == videos)
step("video.list by id", len(client.index.video.list(index.id, id=task.video_id)) == 1)
step("video.list by range", len(client.index.video.list(index.id, duration={"gte": 11, "lte": 13})) == 2)
step("video.list, none", len(client.index.video.list(index.id, width={"gte": 10_000})) == 0)
page = client.index.video.list_pagination(index.id, page_limit=1)
step("video.list_pagination", page.page_info.total_results == 2 and len(page.data) == 1)
step("video.transcription", "fox" in client.index.video.transcription(index.id, task.video_id)[0].value)
part = client.index.video.transcription(index.id, task.video_id, start=5, end=9)
step("video.transcription of a stretch", len(part) == 1 and "jugs" in part[0].value)
step("video.text_in_video", client.index.video.text_in_video(index.id, task.video_id)[0].value)
step("video.logo", len(client.index.video.logo(index.id, task.video_id)) == 0)
step("video.thumbnail", client.index.video.thumbnail(index.id, task.video_id, time=1).startswith("http"))
step("engine.list", "marengo2.6" in [each.id for each in client.engine.list()])
step("engine.retrieve", client.engine.retrieve("marengo2.6").id == "marengo2.6")

# Classify
classes = [
    {"name": "cooking", "prompts": ["soup"]},
    {"name": "drinks", "prompts": ["five dozen liquor jugs", "wine"], "options": ["conversation"]},
]
more = {"include_clips": True, "show_detailed_score": True, "threshold": {"min_clip_score": 1}}
found = client.classify.videos([task.video_id], ["conversation"], classes, **more)
best = found.data[0].classes[0]
step("classify.videos", found.data[0].video_id == task.video_id and best.name == "drinks", found.data)
step("classify.videos, clips", best.clips[0].end > best.clips[0].start and best.clips[0].prompt, best)
bulk = client.classify.index(index.id, ["conversation"], classes, page_limit=1)
step("classify.index", len(bulk.data) == 1 and bulk.data[0].classes[0].name == "drinks", bulk.data)
if not IS_OLDEST:
    rest = [each for page in bulk for each in page]
    step("classify.index, the pages after", {bulk.data[0].video_id, rest[0].video_id} == videos, rest)
    scores = best.detailed_scores
    is_sound = scores is None or scores.max_score >= scores.avg_score
    step("classify.videos, detailed scores", is_sound, scores)

# Embed, and what is not served here
if GENERATION == "v1.2":
    is_early = VERSION.startswith(("0.1.", "0.2."))
    if is_early:
        text = client.embed.create("marengo2.6", text="a red car", text_truncate="end").text_embedding.float
    else:
        made = client.embed.create(
            "marengo2.6", text="a red car", image_file=os.environ["PICTURE"], audio_file=os.environ["SOUND"]
        )
        text = made.text_embedding.segments[0].embeddings_float
        step("embed.create of a picture", made.image_embedding.segments[0].embeddings_float)
        step("embed.create of a sound says why not", made.audio_embedding.error_message, made.audio_embedding)
        by_url = client.embed.create("marengo2.6", image_url=os.environ["PICTURE_URL"])
        step("embed.create of the URL of a picture", by_url.image_embedding.segments[0].embeddings_float)
    step("embed.create of a text", len(text) > 0)
    made = client.embed.task.create("marengo2.6", video_url=os.environ["CLIP_URL"], video_clip_length=3)
    made.wait_for_done(sleep_interval=0.2)
    made = made.retrieve()
    parts = made.video_embeddings if is_early else made.video_embedding.segments
    step(
        "embed.task of a URL", made.status == "ready" and len(parts) >= 4, parts and parts[0].start_offset_sec
    )
    made = client.embed.task.create(
        "marengo2.6", video_file=os.environ["CLIP"], video_embedding_scopes=["clip", "video"]
    )
    made.wait_for_done(sleep_interval=0.2)
    made = made.retrieve()
    parts = made.video_embeddings if is_early else made.video_embedding.segments
    step("embed.task of a file", {each.embedding_scope for each in parts} == {"clip", "video"})
    if not is_early:
        ready = client.embed.task.list(status="ready", page_limit=50)
        step("embed.task.list", made.id in [each.id for each in ready])
    status = 400
    code = "index_not_supported_for_generate"
else:
    status, code = 404, "endpoint_not_exists"
refused("generate.gist", status, code, lambda: client.generate.gist(task.video_id, ["title"]))
refused("generate.summarize", status, code, lambda: client.generate.summarize(task.video_id, "summary"))
refused("generate.text", status, code, lambda: client.generate.text(task.video_id, "What happens?"))

# Delete
client.index.video.delete(index.id, task.video_id)
step("video.delete", [each.id for each in client.index.video.list(index.id)] == [upload.video_id])
client.task.delete(task.id)
step("task.delete", [each.id for each in client.task.list(index_id=index.id)] == [upload.id])
client.index.delete(index.id)
refused("index.delete", 404, "resource_not_exist", lambda: client.index.retrieve(index.id))
