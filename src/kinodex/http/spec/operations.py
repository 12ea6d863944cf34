"""What the routes for those who run the server answer, and those of keys, engines and media."""

from kinodex.domain.keys import SCOPES
from kinodex.http.spec.operation import Example, Operation, needs, takes
from kinodex.http.spec.schema import (
    AT_MS,
    KEY_ID,
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
from kinodex.http.wire.values import Json

ALIVE = Operation(answer=Shape("Alive", record({"status": word("ok")}), {"status": "ok"}))
READY = Operation(
    answer=Shape(
        "Ready",
        record({"ready": flag(), "reasons": listed(text(), "What is missing, if anything.")}),
        {"ready": True, "reasons": []},
    ),
    details="With the status 503 the body is the same, and says what is missing.",
)
METRICS = Operation(
    answer=text("Figures in the text form of OpenMetrics."), media_type="text/plain; version=0.0.4"
)
_FIELDS: Json = {
    "engine": text("Name of the engine."),
    "finds": text("What it finds, in words."),
    "languages": listed(text()),
    "scripts": listed(text()),
    "does_not_find": listed(text()),
    "calibration": text("fitted to this engine, or assumed of its kind."),
}
CAPABILITIES = Operation(
    answer=Shape(
        "Capabilities",
        {
            **record(
                {
                    "profile": text("Set of engines."),
                    "engines": listed(
                        record(
                            {"role": text(), "engine": text(), "ready": flag()},
                            {"reason": text("Why it is not ready.")},
                        )
                    ),
                    "search_options": {"type": "object", "additionalProperties": record({}, _FIELDS)},
                    "webhooks": record(
                        {
                            "events": listed(text(), "What webhooks can be told of."),
                            "signatures": listed(text(), "Headers that sign what is sent."),
                        }
                    ),
                    "degraded": listed(text(), "What is degraded, and why."),
                }
            ),
        },
        {
            "profile": "offline",
            "engines": [{"role": "visual", "engine": "lite0", "ready": True}],
            "search_options": {"visual": {"engine": "lite0", "finds": "things", "languages": ["en"]}},
            "webhooks": {"events": ["index.task.ready"], "signatures": ["TL-Signature"]},
            "degraded": [],
        },
    )
)

_KEY: Json = {
    "_id": identifier("Id of the key."),
    "name": text("Its name."),
    "scopes": listed(word(*SCOPES)),
    "created_at": time("When it was made."),
    "revoked_at": or_null(time("When it was revoked.")),
    "expires_at": or_null(time("When it ends, if it does.")),
    "index_ids": or_null(listed(identifier(), "The only indexes it reaches; null for all.")),
    "requests_per_minute": or_null(integer("A limit of its own; null for that of the server.")),
}
_KEY_EXAMPLE: Json = {
    "_id": KEY_ID,
    "name": "reader",
    "scopes": ["read"],
    "created_at": AT_MS,
    "revoked_at": None,
    "expires_at": None,
    "index_ids": None,
    "requests_per_minute": None,
}
_NEW_KEY = Shape(
    "NewKey",
    record({**_KEY, "key": text("The key itself, shown this once.")}),
    {**_KEY_EXAMPLE, "key": "kdx_…"},
)
CREATE_KEY = Operation(
    answer=_NEW_KEY,
    status=201,
    body=(
        needs("name", text("What it is for.", minLength=1)),
        takes("scopes", listed(word(*SCOPES), "What it may do: all but admin if not sent.")),
        takes("index_ids", listed(identifier(), "The only indexes it reaches: all if not sent.")),
        takes("expires_at", time("When it ends: never if not sent.")),
        takes("requests_per_minute", integer("A limit of its own.", minimum=1)),
    ),
    examples={"reader": Example({"name": "reader", "scopes": ["read"]})},
    errors=(404,),
)
LIST_KEYS = Operation(answer=Shape("Keys", record({"data": listed(record(_KEY))}), {"data": [_KEY_EXAMPLE]}))
ROTATE_KEY = Operation(
    answer=_NEW_KEY,
    status=201,
    body=(takes("grace_s", number("Seconds the old key works on.", minimum=0, maximum=2_592_000)),),
    examples={"an hour": Example({"grace_s": 3600})},
)
REVOKE_KEY = Operation(status=204)
CREATE_SIGN_IN_LINK = Operation(
    answer=Shape(
        "SignInLink",
        record({"url": text("The page, signed in: works once."), "expires_at": time("Until when.")}),
        {"url": "http://127.0.0.1:8080/#sign-in=…", "expires_at": AT_MS},
    ),
    status=201,
)

_ENGINE = record(
    {
        "_id": text("Its name."),
        "author": text(),
        "allowed_engine_options": listed(text()),
        "ready": flag(),
        "finetune": flag(),
        "created_at": time(),
        "updated_at": time(),
        "type": word("engine"),
    }
)
_ENGINE_EXAMPLE: Json = {
    "_id": "marengo2.5",
    "author": "kinodex",
    "allowed_engine_options": ["visual", "conversation", "text_in_video", "logo"],
    "ready": True,
    "finetune": False,
    "created_at": "2022-12-08T00:00:00Z",
    "updated_at": "2022-12-08T00:00:00Z",
    "type": "engine",
}
ENGINE = Shape("Engine", _ENGINE, _ENGINE_EXAMPLE)
LIST_ENGINES = Operation(
    answer=Shape(
        "Engines",
        record({"data": listed(ENGINE), "type": word("engine_list")}),
        {"data": [_ENGINE_EXAMPLE], "type": "engine_list"},
    )
)
GET_ENGINE = Operation(answer=ENGINE)

LINK = (
    needs("expires", text("Until when the link works.")),
    needs("signature", text("That we made the link.")),
)
PICTURE = Operation(
    answer=text("A JPEG.", format="binary"),
    media_type="image/jpeg",
    query=LINK,
    errors=(401,),
    details="Links come from searches and thumbnails; nobody makes them up.",
)
_FROM_HLS = "The link comes from the field `hls` of a video or a task."
PLAYLIST = Operation(
    answer=text("An HLS playlist (RFC 8216) whose parts lie in one file."),
    media_type="application/vnd.apple.mpegurl",
    query=LINK,
    errors=(401,),
    details=_FROM_HLS,
)
STREAM = Operation(
    answer=text("A fragmented MP4.", format="binary"),
    media_type="video/mp4",
    query=LINK,
    errors=(401, 416),
    details="The link comes from the playlist. With the header `Range`: status 206 and that part.",
)
STORYBOARD = Operation(
    answer=text("WebVTT whose cues name a part of the sheet, by `#xywh`."),
    media_type="text/vtt; charset=utf-8",
    query=LINK,
    errors=(401,),
    details=_FROM_HLS,
)
SHEET = Operation(
    answer=text("A JPEG.", format="binary"),
    media_type="image/jpeg",
    query=LINK,
    errors=(401,),
    details="The link comes from the storyboard.",
)

DOCUMENT = Operation(
    answer=Shape(
        "OpenApi",
        {"type": "object", "required": ["openapi", "info", "paths"]},
        {"openapi": "3.1.0", "info": {"title": "Kinodex", "version": "0.1.0"}, "paths": {}},
    )
)
PAGE = Operation(answer=text("A page of HTML."), media_type="text/html; charset=utf-8")
