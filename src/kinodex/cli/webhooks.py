"""``kinodex webhook``: who is told of events, and what became of it."""

import time
from typing import Annotated, Any

import typer

from kinodex.cli.client import Client, connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import out, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Webhooks: who is told when a video is ready or has failed.")

POLL_S = 0.3
TEST_S = 30.0
"""So long the outcome of a test is waited for."""

WebhookId = Annotated[str, typer.Argument(help="Id of the webhook, as listed.", metavar="WEBHOOK")]
Events = Annotated[
    list[str] | None,
    typer.Option("--event", help="index.task.ready or index.task.failed …; may be repeated."),
]


@app.command("create")
def create(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Where events are sent: https, unless allowed by a setting.")],
    event: Events = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a webhook and print its secret: this once."""
    body: dict[str, Any] = {"url": url, "description": description}
    if event:
        body["events"] = event
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        _print_secret(client.post("/v1.3/webhooks", body), as_json=as_json)


@app.command("ls")
def ls(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the webhooks."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        listed = client.get("/v1.3/webhooks")["data"]
    if as_json:
        print_json(listed)
        return
    rows = [(each["_id"], _state(each), " ".join(each["events"]), each["url"]) for each in listed]
    print_table(("id", "state", "events", "url"), rows)


@app.command("show")
def show(
    context: typer.Context,
    webhook: WebhookId,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show a webhook."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        found = client.get(f"/v1.3/webhooks/{webhook}")
    if as_json:
        print_json(found)
    else:
        print_table(("field", "value"), [(name, _plain(value)) for name, value in found.items()])


@app.command("enable")
def enable(
    context: typer.Context,
    webhook: WebhookId,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Tell a webhook of events (again)."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        client.patch(f"/v1.3/webhooks/{webhook}", {"enabled": True})


@app.command("disable")
def disable(
    context: typer.Context,
    webhook: WebhookId,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Tell a webhook of nothing until it is enabled again."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        client.patch(f"/v1.3/webhooks/{webhook}", {"enabled": False})


@app.command("rm")
def rm(
    context: typer.Context,
    webhook: WebhookId,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Delete a webhook with the log of its deliveries."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        client.delete(f"/v1.3/webhooks/{webhook}")


@app.command("rotate")
def rotate(
    context: typer.Context,
    webhook: WebhookId,
    grace_hours: Annotated[float, typer.Option(help="Hours the old secret signs too.")] = 24.0,
    finish: Annotated[bool, typer.Option("--finish", help="Let the old secret go now.")] = False,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give a webhook a new secret and print it; TL-Signature changes when the old one goes."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        if finish:
            client.post(f"/v1.3/webhooks/{webhook}/rotate/finish", {})
            return
        rotated = client.post(f"/v1.3/webhooks/{webhook}/rotate", {"grace_hours": grace_hours})
        _print_secret(rotated, as_json=as_json)


@app.command("test")
def try_out(
    context: typer.Context,
    webhook: WebhookId,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Send a test event and say what the receiver answered."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        queued = client.post(f"/v1.3/webhooks/{webhook}/test", {})
        delivery = _ended(client, f"/v1.3/webhooks/{webhook}/deliveries/{queued['_id']}")
    if as_json:
        print_json(delivery)
    else:
        _print_attempts(delivery)
    if delivery["status"] != "success":
        raise CommandFailed(
            Status.DELIVERY_FAILED, _why(delivery) or "The test was not sent: no worker runs."
        )


@app.command("deliveries")
def deliveries(
    context: typer.Context,
    webhook: WebhookId,
    delivery: Annotated[str | None, typer.Argument(help="Show the attempts at this one.")] = None,
    status: Annotated[str | None, typer.Option(help="pending, success or failed.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, 1 to 50.")] = 20,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the last deliveries of a webhook, newest first, or show every attempt at one."""
    path = f"/v1.3/webhooks/{webhook}/deliveries"
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        if delivery is None:
            found = client.get(path, page_limit=limit, status=status)["data"]
        else:
            found = client.get(f"{path}/{delivery}")
    if as_json:
        print_json(found)
    elif delivery is None:
        _print_deliveries(found)
    else:
        _print_attempts(found)


@app.command("redeliver")
def redeliver(
    context: typer.Context,
    webhook: WebhookId,
    delivery: Annotated[str | None, typer.Argument(help="Id of one delivery.")] = None,
    since: Annotated[str | None, typer.Option(help="All events since this day or time.")] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Send again one event, or all since a time; those too that were missed while it was disabled."""
    if (delivery is None) == (since is None):
        raise CommandFailed(Status.USAGE, "Say which: the id of a delivery, or --since and a time.")
    path = f"/v1.3/webhooks/{webhook}"
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        if delivery is None:
            answer = client.post(f"{path}/redeliver", {"since": since})
        else:
            answer = client.post(f"{path}/deliveries/{delivery}/redeliver", {})
    if as_json:
        print_json(answer)
    else:
        out.print(f"Queued: {answer.get('queued', 1)}")


def _ended(client: Client, path: str) -> dict[str, Any]:
    """Return a delivery once it was tried, or as it is when that takes too long."""
    give_up_at = time.monotonic() + TEST_S
    while True:
        delivery: dict[str, Any] = client.get(path)
        if delivery["status"] in {"success", "failed"} or time.monotonic() > give_up_at:
            return delivery
        time.sleep(POLL_S)


def _print_secret(webhook: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(webhook)
        return
    print_table(("id", "secret"), [(webhook["_id"], webhook["secret"])])


def _print_deliveries(found: list[dict[str, Any]]) -> None:
    rows = [
        (
            each["_id"],
            each["status"],
            each["attempts"],
            each["type"],
            each["last_attempt_at"] or "",
            each["next_attempt_at"] or "",
            _why(each),
        )
        for each in found
    ]
    print_table(("id", "status", "attempts", "event", "last", "next", "why"), rows)


def _print_attempts(delivery: dict[str, Any]) -> None:
    rows = [
        (
            attempt["at"],
            f"{attempt['duration_ms']} ms",
            attempt["http_status"] or "",
            (attempt["error"] or {}).get("code", ""),
            attempt["answer"][:80],
        )
        for attempt in delivery["log"]
    ]
    out.print(f"{delivery['type']} {delivery['event_id']}: {delivery['status']}", markup=False)
    print_table(("at", "took", "status", "error", "answer"), rows)


def _why(delivery: dict[str, Any]) -> str:
    error = delivery["last_error"]
    return "" if error is None else f"{error['code']}: {error['message']}"


def _state(webhook: dict[str, Any]) -> str:
    if not webhook["enabled"]:
        return "disabled"
    return "failing" if webhook["failing_since"] else "enabled"


def _plain(value: object) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
