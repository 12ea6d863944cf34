"""What ``/assets`` and the indexed assets of an index take and answer; only version 1.3 has them."""

from kinodex.domain.assets import AssetKind, AssetMethod, AssetStatus
from kinodex.domain.tasks import TaskStatus
from kinodex.http.spec.embeddings import OF_VIDEO, WITH_VECTORS
from kinodex.http.spec.operation import Example, Operation, needs, page_of, takes
from kinodex.http.spec.operations import LINK
from kinodex.http.spec.playback import HLS
from kinodex.http.spec.schema import (
    ASSET_ID,
    AT_S,
    INDEX_ID,
    MERGED_METADATA,
    USER_METADATA,
    VIDEO_ID,
    Shape,
    flag,
    identifier,
    integer,
    listed,
    number,
    or_null,
    record,
    text,
    time,
    word,
)
from kinodex.http.spec.streams import TECHNICAL
from kinodex.http.spec.videos import LINE, METADATA_FILTERS
from kinodex.http.wire.values import Json

_STATUS = word("pending", "processing", "ready", "error", about="How it stands; `notes` say why not.")
_STREAM: Json = record(
    {"status": _STATUS}, {"manifest_url": text("The HLS playlist; works for an hour without a key.")}
)
_THUMBNAIL: Json = record(
    {"status": _STATUS}, {"representative_url": text("A JPEG; works for an hour without a key.")}
)
_ERROR: Json = record(
    {"code": text("Stable word for what is wrong."), "message": text("The same as a sentence.")},
    about="Only where it failed.",
)
_BASICS: Json = {
    "_id": identifier("Id of the asset."),
    "method": word(*AssetMethod, about="How it came here."),
    "status": word(*AssetStatus, about="How it stands."),
    "filename": text("Name of the file."),
    "created_at": time("When it was accepted."),
}
_KNOWN: Json = {
    "file_type": text("MIME type, once the bytes were looked at."),
    "user_metadata": USER_METADATA,
}
_EXAMPLE: Json = {
    "_id": ASSET_ID,
    "method": "url",
    "status": "processing",
    "filename": "best-racing-moments.mp4",
    "created_at": AT_S,
}
ASSET = Shape("Asset", record(_BASICS, _KNOWN), _EXAMPLE)
ASSET_DETAIL = Shape(
    "AssetDetail",
    record(
        _BASICS,
        {
            **_KNOWN,
            "size": integer("Bytes."),
            "duration": number("Seconds."),
            "error": _ERROR,
            "hls": _STREAM,
            "thumbnail": _THUMBNAIL,
            "notes": listed(text(), "What was asked for and could not be made, and why."),
            "technical_metadata": TECHNICAL,
        },
    ),
    {
        **_EXAMPLE,
        "status": "ready",
        "file_type": "video/mp4",
        "size": 60221233,
        "duration": 810.84,
        "technical_metadata": {
            "file_size_bytes": 60221233,
            "file_container_format": "mov,mp4,m4a,3gp,3g2,mj2",
        },
    },
)
USE = Shape(
    "AssetUse",
    record(
        {
            "_id": identifier("Id of the video."),
            "index": record({"_id": identifier("Id of its index."), "name": text("Its name.")}),
        }
    ),
    {"_id": VIDEO_ID, "index": {"_id": INDEX_ID, "name": "films"}},
)

_URL = "https://example.com/best-racing-moments.mp4"
CREATE = Operation(
    answer=ASSET,
    status=201,
    details="A file sent along is looked at before the answer, one at a URL after it: what is wrong with it "
    "fails the asset.",
    body=(
        needs("method", word("direct", "url", about="Whether the file comes along or lies at a URL.")),
        takes("url", text("Direct link to the file, http or https; with the method `url`.")),
        takes("file", text("The file itself; with the method `direct`."), is_file=True),
        takes("filename", text("Name of the file, where it says none itself.")),
        takes("enable_hls", flag("Whether a stream (HLS) is to be made of a video.", default=False)),
        takes("enable_thumbnail", flag("Whether a thumbnail is to be made.", default=False)),
        takes("user_metadata", USER_METADATA),
    ),
    examples={"a link": Example({"method": "url", "url": _URL, "user_metadata": {"category": "sports"}})},
)
LIST_SPECIAL = {
    "asset_ids": (text("Only these; may be repeated, or separated by commas."), ("v1.3",)),
    "asset_types": (
        text(f"Only of this kind: one of {', '.join(AssetKind)}, document; may be repeated."),
        ("v1.3",),
    ),
}
GET = Operation(answer=ASSET_DETAIL)
DELETE = Operation(
    status=204,
    query=(takes("force", flag("Whether one goes that videos were made from; they stay.", default=False)),),
    errors=(409,),
)
MERGE_METADATA = Operation(
    status=204,
    body=(needs("user_metadata", MERGED_METADATA),),
    examples={"metadata": Example({"user_metadata": {"category": "racing", "season": None}})},
)
REPLACE_METADATA = Operation(
    status=204,
    body=(needs("user_metadata", MERGED_METADATA),),
    examples={"metadata": Example({"user_metadata": {"category": "racing"}})},
)
REMOVE_METADATA = Operation(status=204)
USES = page_of(USE)
FILE = Operation(
    answer=text("The bytes of the file.", format="binary"),
    media_type="application/octet-stream",
    query=LINK,
    errors=(401,),
    details="The link comes from the last report of an upload in parts.",
)

_FACTS: Json = {
    "filename": text("Name of the file."),
    "duration": number("Seconds."),
    "fps": number("Pictures per second."),
    "width": integer("Pixels."),
    "height": integer("Pixels."),
    "size": integer("Bytes."),
    "video_title": text("Its title."),
}
INDEXED = Shape(
    "IndexedAsset",
    record(
        {
            "_id": identifier("Id of the video, known from the beginning."),
            "status": word(*TaskStatus, about="How far it is."),
            "created_at": time("When it was accepted."),
            "updated_at": time("When it was changed last."),
            "system_metadata": record({"model_names": listed(text())}, _FACTS, "As much as is known so far."),
        },
        {
            "asset_id": identifier("Id of the asset it was made from, if it was made from one."),
            "indexed_at": time("When it became ready."),
            "user_metadata": USER_METADATA,
            "error": _ERROR,
            "attempt": integer("Which attempt failed, from 1."),
            "warnings": listed(text(), "What is degraded about this video."),
            "transcription": or_null(listed(LINE, "What is said, where it was asked for.")),
            **OF_VIDEO,
            **HLS,
        },
    ),
    {
        "_id": VIDEO_ID,
        "asset_id": ASSET_ID,
        "status": "ready",
        "created_at": AT_S,
        "updated_at": AT_S,
        "indexed_at": AT_S,
        "system_metadata": {"filename": "best-racing-moments.mp4", "model_names": ["marengo3.0"]},
    },
)
CREATE_INDEXED = Operation(
    answer=Shape(
        "IndexedAssetCreated",
        record({"_id": identifier("Id of the video to be."), "asset_id": identifier("Id of the asset.")}),
        {"_id": VIDEO_ID, "asset_id": ASSET_ID},
    ),
    status=202,
    body=(
        needs("asset_id", identifier("Asset to index; it must be ready, and a video.")),
        takes("enable_video_stream", flag("Whether a copy for playing is kept.", default=False)),
        takes("user_metadata", USER_METADATA),
    ),
    examples={"an asset": Example({"asset_id": ASSET_ID, "enable_video_stream": True})},
)
INDEXED_SPECIAL = {
    "status": (text(f"Those with this status; may be repeated. One of {', '.join(TaskStatus)}."), ("v1.3",)),
}
INDEXED_DETAILS = METADATA_FILTERS
GET_INDEXED = Operation(
    answer=INDEXED,
    query=(takes("transcription", flag("Whether the answer also holds what is said.")), WITH_VECTORS),
)
UPDATE_INDEXED = Operation(
    status=204,
    body=(takes("user_metadata", MERGED_METADATA),),
    examples={"metadata": Example({"user_metadata": {"category": "racing"}})},
)
DELETE_INDEXED = Operation(status=204)
