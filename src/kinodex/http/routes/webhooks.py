"""``/webhooks`` and ``/events``: who is told of what happened, and what happened; our addition to the API."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinodex.domain import errors
from kinodex.domain.ids import WebhookId
from kinodex.domain.webhooks import DeliveryStatus
from kinodex.http.auth import ADMIN, READ
from kinodex.http.bodies import read_body
from kinodex.http.dependencies import UseCasesDep
from kinodex.http.fields import Fields
from kinodex.http.idempotency import keep_secret, made_id
from kinodex.http.listings import listing_of, within
from kinodex.http.parameters import identifier, instant_of, query_fields
from kinodex.http.spec import webhooks as spec
from kinodex.http.spec.operation import documented
from kinodex.http.threads import call
from kinodex.http.wire import values, webhooks
from kinodex.usecases.events import envelope
from kinodex.usecases.webhooks import DEFAULT_GRACE, WebhookChange

router = APIRouter(tags=["webhooks"])

MOST_EVENTS = 1_000
_LATEST = "latest"


@router.post("/webhooks", dependencies=[ADMIN], openapi_extra=documented(spec.CREATE))
async def create_webhook(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Make a webhook and show its secret: now and never again."""
    keep_secret(request)
    async with read_body(request) as body:
        made = await call(
            usecases.webhooks.create,
            body.required_text("url"),
            webhook_id=WebhookId(made_id(request)),
            events=body.texts("events"),
            description=body.text("description") or "",
            enabled=body.flag("enabled") is not False,
        )
    return JSONResponse(webhooks.with_secret(made), status_code=201)


@router.get("/webhooks", dependencies=[ADMIN], openapi_extra=documented(spec.LIST))
async def list_webhooks(usecases: UseCasesDep) -> JSONResponse:
    """List all webhooks, oldest first."""
    return JSONResponse({"data": [webhooks.webhook(each) for each in await call(usecases.webhooks.list)]})


@router.get("/webhooks/{webhook_id}", dependencies=[ADMIN], openapi_extra=documented(spec.GET))
async def get_webhook(webhook_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Return a webhook."""
    return JSONResponse(webhooks.webhook(await call(usecases.webhooks.get, _id(webhook_id))))


@router.patch("/webhooks/{webhook_id}", dependencies=[ADMIN], openapi_extra=documented(spec.CHANGE))
async def change_webhook(webhook_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Change what is sent; what is not sent stays."""
    async with read_body(request) as body:
        change = WebhookChange(
            url=body.text("url"),
            events=body.texts("events"),
            description=(body.text("description") or "") if "description" in body else None,
            enabled=body.flag("enabled"),
        )
    return JSONResponse(webhooks.webhook(await call(usecases.webhooks.change, _id(webhook_id), change)))


@router.delete("/webhooks/{webhook_id}", dependencies=[ADMIN], openapi_extra=documented(spec.DELETE))
async def delete_webhook(webhook_id: str, usecases: UseCasesDep) -> Response:
    """Delete a webhook with its deliveries."""
    await call(usecases.webhooks.delete, _id(webhook_id))
    return Response(status_code=204)


@router.post("/webhooks/{webhook_id}/rotate", dependencies=[ADMIN], openapi_extra=documented(spec.ROTATE))
async def rotate_secret(webhook_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Give a webhook a new secret and show it; the old one signs too until the grace is over."""
    keep_secret(request)
    async with read_body(request) as body:
        default = DEFAULT_GRACE / timedelta(hours=1)
        hours = body.number("grace_hours", default=default)
    if not abs(hours) < 10**6:
        raise errors.ParameterInvalid("grace_hours", f"{hours:g} is not a number of hours")
    rotated = await call(usecases.webhooks.rotate, _id(webhook_id), grace=timedelta(hours=hours))
    return JSONResponse(webhooks.with_secret(rotated))


@router.post(
    "/webhooks/{webhook_id}/rotate/finish",
    dependencies=[ADMIN],
    openapi_extra=documented(spec.FINISH_ROTATION),
)
async def finish_rotation(webhook_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Let the old secret go now; ``TL-Signature`` is made with the new one from here on."""
    return JSONResponse(webhooks.webhook(await call(usecases.webhooks.finish_rotation, _id(webhook_id))))


@router.post("/webhooks/{webhook_id}/test", dependencies=[ADMIN], openapi_extra=documented(spec.TEST))
async def test_webhook(webhook_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Queue a test event; its delivery says a moment later how it went."""
    queued = await call(usecases.webhooks.test, _id(webhook_id))
    return JSONResponse(webhooks.delivery(queued), status_code=202)


@router.get(
    "/webhooks/{webhook_id}/deliveries", dependencies=[ADMIN], openapi_extra=documented(spec.DELIVERIES)
)
async def list_deliveries(webhook_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """List the deliveries of a webhook, newest first."""
    listing = listing_of(request.query_params, {})
    found = await call(
        usecases.webhooks.deliveries,
        _id(webhook_id),
        status=_status(query_fields(request.query_params)),
        offset=(listing.page - 1) * listing.page_limit,
        limit=listing.page_limit,
    )
    shown = [webhooks.delivery(each) for each in found.items]
    return JSONResponse(values.page(shown, listing, total=found.total))


@router.get(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}",
    dependencies=[ADMIN],
    openapi_extra=documented(spec.DELIVERY),
)
async def get_delivery(webhook_id: str, delivery_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Return a delivery with its event and every attempt at it."""
    number = _number(delivery_id)
    found, attempts = await call(usecases.webhooks.delivery, _id(webhook_id), number)
    log = [webhooks.attempt(each) for each in attempts]
    return JSONResponse({**webhooks.delivery(found), "body": dict(envelope(found.event)), "log": log})


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
    dependencies=[ADMIN],
    openapi_extra=documented(spec.REDELIVER),
)
async def redeliver(webhook_id: str, delivery_id: str, usecases: UseCasesDep) -> JSONResponse:
    """Send an event again, under the same id."""
    queued = await call(usecases.webhooks.redeliver, _id(webhook_id), _number(delivery_id))
    return JSONResponse(webhooks.delivery(queued), status_code=202)


@router.post(
    "/webhooks/{webhook_id}/redeliver", dependencies=[ADMIN], openapi_extra=documented(spec.REDELIVER_SINCE)
)
async def redeliver_since(webhook_id: str, request: Request, usecases: UseCasesDep) -> JSONResponse:
    """Send again all events since a time, those too that the webhook was not told of."""
    async with read_body(request) as body:
        since = instant_of("since", body.required_text("since"))
    queued = await call(usecases.webhooks.redeliver_since, _id(webhook_id), since)
    return JSONResponse({"queued": queued}, status_code=202)


@router.get("/events", dependencies=[READ], openapi_extra=documented(spec.EVENTS))
async def list_events(request: Request, usecases: UseCasesDep) -> JSONResponse:
    """List what happened after an event, in order; ``after=latest`` tells where the news begins."""
    fields = query_fields(request.query_params)
    after, limit = fields.text("after"), within(fields, "limit", default=100, most=MOST_EVENTS)
    if after == _LATEST:
        page = await call(usecases.events.latest)
    else:
        page = await call(usecases.events.after, after, limit=limit)
    shown = [dict(envelope(event)) for event in page.events]
    return JSONResponse({"data": shown, "next": page.next, "has_more": page.has_more})


def _id(text: str) -> WebhookId:
    return WebhookId(identifier("webhook_id", text))


def _number(text: str) -> int:
    number = int(identifier("delivery_id", text), 16)
    if number >= 2**63:
        raise errors.NotFound("delivery", text[:24])
    return number


def _status(fields: Fields) -> DeliveryStatus | None:
    text = fields.text("status")
    if text is None:
        return None
    if text not in list(DeliveryStatus):
        raise errors.ParameterInvalid("status", f"{text[:80]!r} is not one of {', '.join(DeliveryStatus)}")
    return DeliveryStatus(text)
