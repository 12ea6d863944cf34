"""What ``/assets/multipart-uploads`` takes and answers, and the links the parts are sent to."""

from kinodex.domain.assets import AssetKind, PartStatus, UploadStatus
from kinodex.http.spec.operation import PAGE_INFO_EXAMPLE, Example, Operation, needs, page_info, takes
from kinodex.http.spec.operations import LINK
from kinodex.http.spec.schema import (
    ASSET_ID,
    AT_S,
    PART_TAG,
    UPLOAD_ID,
    USER_METADATA,
    Shape,
    flag,
    identifier,
    integer,
    listed,
    record,
    text,
    time,
    word,
)
from kinodex.http.wire.values import Json
from kinodex.usecases.uploads import MOST_URLS

_URLS: Json = listed(
    record(
        {
            "chunk_index": integer("Number of the part, from 1."),
            "url": text("Where to PUT its bytes; no key is needed there."),
            "expires_at": time("Until when that works."),
        }
    ),
    f"Where to send parts, {MOST_URLS} at most.",
)
_URLS_EXAMPLE: Json = {
    "chunk_index": 1,
    "url": f"http://127.0.0.1:8080/uploads/{UPLOAD_ID}/1?expires=…&signature=…",
    "expires_at": AT_S,
}
_CUT: Json = {
    "chunk_size": integer("Bytes of every part but the last."),
    "total_chunks": integer("How many parts there are."),
    "expires_at": time("Until when the upload takes bytes."),
}
_CUT_EXAMPLE: Json = {"chunk_size": 16777216, "total_chunks": 4, "expires_at": AT_S}
_IDS: Json = {"upload_id": identifier("Id of the upload."), "asset_id": identifier("Id of the asset to be.")}
_IDS_EXAMPLE: Json = {"upload_id": UPLOAD_ID, "asset_id": ASSET_ID}
_STANDS: Json = {
    **_IDS,
    "status": word(*UploadStatus, about="How it stands."),
    "total_size": integer("Bytes of the file."),
    "created_at": time("When it began."),
    "expires_at": _CUT["expires_at"],
}
_STANDS_EXAMPLE: Json = {
    **_IDS_EXAMPLE,
    "status": "active",
    "total_size": 60221233,
    "created_at": AT_S,
    "expires_at": AT_S,
}
CREATE = Operation(
    answer=Shape(
        "UploadCreated",
        record(
            {
                **_IDS,
                "upload_urls": _URLS,
                "upload_headers": {
                    "type": "object",
                    "description": "Header fields to send with each part.",
                    "additionalProperties": {"type": "string"},
                },
                **_CUT,
            }
        ),
        {**_IDS_EXAMPLE, "upload_urls": [_URLS_EXAMPLE], "upload_headers": {}, **_CUT_EXAMPLE},
    ),
    status=201,
    body=(
        needs("filename", text("Name of the file.")),
        needs("type", word(*AssetKind, about="What it is.")),
        needs("total_size", integer("Its bytes.", minimum=1)),
        takes("enable_hls", flag("Whether a stream (HLS) is to be made of a video.", default=False)),
        takes("enable_thumbnail", flag("Whether a thumbnail is to be made.", default=False)),
        takes("user_metadata", USER_METADATA),
    ),
    examples={"a video": Example({"filename": "race.mp4", "type": "video", "total_size": 3000})},
)
SUMMARY = Shape(
    "Upload",
    record({**_STANDS, "chunk_size": _CUT["chunk_size"], "total_chunks": _CUT["total_chunks"]}),
    {**_STANDS_EXAMPLE, "chunk_size": 16777216, "total_chunks": 4},
)
_PART: Json = record(
    {
        "index": integer("Number of the part, from 1."),
        "status": word(*PartStatus, about="How it stands."),
    },
    {
        "uploaded_at": time("When its bytes came."),
        "updated_at": time("When this changed."),
        "error": text("What was wrong with it."),
    },
)
_COUNTS: Json = {
    "chunks_completed": integer("Parts that are here and reported."),
    "chunks_failed": integer("Parts that were reported but are not here as reported."),
    "chunks_pending": integer("All others."),
    "uploaded_size": integer("Bytes that are here and reported."),
    "updated_at": time("When it was changed last."),
}
PROGRESS = Shape(
    "UploadProgress",
    record(
        {
            **_STANDS,
            **_COUNTS,
            "uploaded_chunks": listed(_PART, "A page of the parts."),
            "page_info": page_info(),
        }
    ),
    {
        **_STANDS_EXAMPLE,
        "chunks_completed": 1,
        "chunks_failed": 0,
        "chunks_pending": 3,
        "uploaded_size": 16777216,
        "updated_at": AT_S,
        "uploaded_chunks": [{"index": 1, "status": "completed", "uploaded_at": AT_S, "updated_at": AT_S}],
        "page_info": {**PAGE_INFO_EXAMPLE, "total_results": 4},
    },
)
CREATE_URLS = Operation(
    answer=Shape(
        "UploadUrls",
        record(
            {
                "upload_id": _IDS["upload_id"],
                "start_index": integer("Number of the first part."),
                "count": integer("How many links there are."),
                "upload_urls": _URLS,
            }
        ),
        {"upload_id": UPLOAD_ID, "start_index": 1, "count": 1, "upload_urls": [_URLS_EXAMPLE]},
    ),
    body=(
        takes("start", integer("Number of the first part.", minimum=1, default=1)),
        takes("count", integer("For how many parts.", minimum=1, maximum=MOST_URLS, default=MOST_URLS)),
    ),
    examples={"the first": Example({"start": 1, "count": 1})},
    errors=(409,),
)
REPORT = Operation(
    answer=Shape(
        "UploadReport",
        record(
            {
                "asset_id": _IDS["asset_id"],
                "processed_chunks": integer("How many of these parts are new."),
                "duplicate_chunks": integer("How many were reported before."),
                "total_completed": integer("How many parts are here."),
            },
            {"url": text("Link to the file, once all of it is here.")},
        ),
        {"asset_id": ASSET_ID, "processed_chunks": 1, "duplicate_chunks": 0, "total_completed": 1},
    ),
    body=(
        needs(
            "completed_chunks",
            listed(
                record(
                    {
                        "chunk_index": integer("Number of the part, from 1."),
                        "proof": text("The `ETag` of the answer to its PUT."),
                        "chunk_size": integer("Its bytes."),
                    },
                    {"proof_type": word("etag")},
                ),
                "The parts that were sent.",
                minItems=1,
            ),
        ),
    ),
    examples={
        "the first": Example(
            {
                "completed_chunks": [
                    {"chunk_index": 1, "proof": PART_TAG, "proof_type": "etag", "chunk_size": 1000}
                ]
            }
        )
    },
    errors=(409,),
)
PUT_PART = Operation(
    sends="application/octet-stream",
    query=LINK,
    headers={"ETag": text("Proof to report the part with: the MD5 of its bytes.")},
    errors=(401, 408, 409, 413),
    details="The link comes from the upload; no key is needed.",
)
