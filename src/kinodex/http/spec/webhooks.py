"""What the routes of webhooks and events take and answer."""

from kinodex.domain.webhooks import EVENT_TYPES, DeliveryStatus
from kinodex.http.listings import LARGEST_PAGE, LARGEST_PAGE_LIMIT
from kinodex.http.spec.operation import Example, Operation, needs, page_of, takes
from kinodex.http.spec.schema import (
    AT_MS,
    TASK_ID,
    WEBHOOK_ID,
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
from kinodex.usecases.webhooks import DEFAULT_EVENTS, LONGEST_DESCRIPTION

_URL = "https://hooks.example/kinodex"
_EVENT_ID = f"whe_{TASK_ID}72656164"

_FIELDS: Json = {
    "_id": identifier("Id of the webhook."),
    "url": text("Where events are sent."),
    "events": listed(word(*EVENT_TYPES), "What it is told of."),
    "description": text("For people."),
    "enabled": flag("Whether it is told of events."),
    "disabled_reason": or_null(text("Why the server switched it off.")),
    "failing_since": or_null(time("The first failed attempt after the last that succeeded.")),
    "old_secret_until": or_null(time("Until when the secret before this one signs too.")),
    "created_at": time("When it was made."),
    "updated_at": time("When it was changed."),
}
_EXAMPLE: Json = {
    "_id": WEBHOOK_ID,
    "url": _URL,
    "events": list(DEFAULT_EVENTS),
    "description": "",
    "enabled": True,
    "disabled_reason": None,
    "failing_since": None,
    "old_secret_until": None,
    "created_at": AT_MS,
    "updated_at": AT_MS,
}
WEBHOOK = Shape("Webhook", record(_FIELDS), _EXAMPLE)
_NEW_SECRET = Shape(
    "WebhookWithSecret",
    record({**_FIELDS, "secret": text("What signs, shown this once.")}),
    {**_EXAMPLE, "secret": "whsec_…"},
)
_ERROR = or_null(record({"code": text("Stable word for what was wrong."), "message": text("A sentence.")}))
_DELIVERY_FIELDS: Json = {
    "_id": identifier("Id of the delivery."),
    "webhook_id": identifier("Id of the webhook."),
    "event_id": text("Id of the event, the same in every attempt."),
    "type": text("Type of the event."),
    "status": word("not_executed", "retrying", "success", "failed"),
    "attempts": integer("How many there were."),
    "created_at": time("When it was queued."),
    "next_attempt_at": or_null(time("When it is tried next.")),
    "last_attempt_at": or_null(time("When it was tried last.")),
    "last_http_status": or_null(integer("What the receiver answered last.")),
    "last_error": _ERROR,
}
_DELIVERY_EXAMPLE: Json = {
    "_id": f"{1:024x}",
    "webhook_id": WEBHOOK_ID,
    "event_id": _EVENT_ID,
    "type": "index.task.ready",
    "status": "success",
    "attempts": 1,
    "created_at": AT_MS,
    "next_attempt_at": None,
    "last_attempt_at": AT_MS,
    "last_http_status": 204,
    "last_error": None,
}
_DELIVERY = Shape("Delivery", record(_DELIVERY_FIELDS), _DELIVERY_EXAMPLE)
_EVENT = Shape(
    "Event",
    record(
        {
            "id": text("Id of the event."),
            "created_at": time("When it happened."),
            "type": text("What happened."),
            "data": {"type": "object", "description": "The task: its id, status, metadata, models …"},
        }
    ),
    {
        "id": _EVENT_ID,
        "created_at": AT_MS,
        "type": "index.task.ready",
        "data": {"id": TASK_ID, "status": "ready", "metadata": {"duration": 810.84}},
    },
)
_ATTEMPT = record(
    {
        "at": time("When it was made."),
        "duration_ms": integer("How long it took, in milliseconds."),
        "http_status": or_null(integer("What the receiver answered.")),
        "error": _ERROR,
        "answer": text("The beginning of the answer's body."),
    }
)
_ATTEMPT_EXAMPLE: Json = {"at": AT_MS, "duration_ms": 35, "http_status": 204, "error": None, "answer": ""}

_EVENTS = listed(word(*EVENT_TYPES), "What it is told of: the two of index tasks if not sent.")
_CHANGES = (
    takes("events", _EVENTS),
    takes("description", text("For people.", maxLength=LONGEST_DESCRIPTION)),
    takes("enabled", flag("Whether it is told of events.")),
)
CREATE = Operation(
    answer=_NEW_SECRET,
    status=201,
    body=(
        needs("url", text("Where to send events: https, unless the server's settings say more.")),
        *_CHANGES,
    ),
    examples={"ready": Example({"url": _URL, "events": ["index.task.ready"]})},
)
LIST = Operation(answer=Shape("Webhooks", record({"data": listed(WEBHOOK)}), {"data": [_EXAMPLE]}))
GET = Operation(answer=WEBHOOK)
CHANGE = Operation(
    answer=WEBHOOK,
    body=(takes("url", text("Where to send events.")), *_CHANGES),
    examples={"pause": Example({"enabled": False, "description": "moving house"})},
)
DELETE = Operation(status=204)
ROTATE = Operation(
    answer=_NEW_SECRET,
    body=(
        takes("grace_hours", number("Hours the old secret signs too.", minimum=0, maximum=168, default=24)),
    ),
    examples={"a day": Example({"grace_hours": 24})},
)
FINISH_ROTATION = Operation(answer=WEBHOOK)
TEST = Operation(answer=_DELIVERY, status=202)
DELIVERIES = Operation(
    answer=page_of(_DELIVERY),
    query=(
        takes("page", integer("Number of the page.", minimum=1, maximum=LARGEST_PAGE, default=1)),
        takes(
            "page_limit", integer("Most items of a page.", minimum=1, maximum=LARGEST_PAGE_LIMIT, default=10)
        ),
        takes("status", word(*DeliveryStatus, about="Only these; pending is not_executed and retrying.")),
    ),
)
DELIVERY = Operation(
    answer=Shape(
        "DeliveryWithLog",
        record({**_DELIVERY_FIELDS, "body": _EVENT, "log": listed(_ATTEMPT, "Every attempt.")}),
        {**_DELIVERY_EXAMPLE, "body": _EVENT.example, "log": [_ATTEMPT_EXAMPLE]},
    )
)
REDELIVER = Operation(answer=_DELIVERY, status=202)
REDELIVER_SINCE = Operation(
    answer=Shape("Queued", record({"queued": integer("How many events were queued.")}), {"queued": 3}),
    status=202,
    body=(needs("since", time("Events from then on.")),),
    examples={"a day": Example({"since": "2022-12-08T00:00:00Z"})},
)
EVENTS = Operation(
    answer=Shape(
        "Events",
        record(
            {
                "data": listed(_EVENT, "In the order they were stored."),
                "next": or_null(text("What to send as `after` for what comes next.")),
                "has_more": flag("Whether there is more already."),
            }
        ),
        {"data": [_EVENT.example], "next": _EVENT_ID, "has_more": False},
    ),
    query=(
        takes("after", text("Id of an event, or `latest`: only what came after it. The oldest if not sent.")),
        takes("limit", integer("Most events of the answer.", minimum=1, maximum=1000, default=100)),
    ),
)
