"""``kinodex webhook listen``: events as they happen, on a developer's own machine."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any

import httpx2
import typer

from kinodex.cli.client import Client, connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import err, out

POLL_S = 1.0
FORWARD_S = 15.0
PAGE = 100


def listen(
    context: typer.Context,
    forward: Annotated[
        str | None, typer.Option(help="Send each event on to this URL, signed like a webhook.")
    ] = None,
    secret: Annotated[
        str | None, typer.Option(help="Sign with this secret (whsec_…) instead of a fresh one.")
    ] = None,
    event: Annotated[
        list[str] | None, typer.Option(help="Only events of this type; may be repeated.")
    ] = None,
    after: Annotated[
        str, typer.Option(help="Begin after the event with this id; without it, with what happens now.")
    ] = "latest",
    count: Annotated[int, typer.Option(help="End after so many events; 0 for never.")] = 0,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """
    Show events live, and send them on to a local receiver.

    No webhook and no public address is needed: events are asked for, not sent here.
    """
    sender = None if forward is None else _Forward(forward, secret)
    if sender is not None and secret is None:
        err.print(f"Signing with {sender.secret}", markup=False)
    shown = 0
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        err.print(f"Listening to {client.base_url}; stop with Ctrl-C", markup=False)
        for each in _events(client, after):
            if event and each["type"] not in event:
                continue
            result = None if sender is None else sender.send(each)
            _print(each, result, as_json=as_json)
            shown += 1
            if shown == count:
                return


class _Forward:
    """Sends events on as the server would send them."""

    def __init__(self, url: str, secret: str | None) -> None:
        from kinodex.usecases import webhook_signatures  # noqa: PLC0415  slow to import

        self.secret = secret or webhook_signatures.new_secret()
        self._sign = webhook_signatures.signature_headers
        self._url = url
        self._http = httpx2.Client(timeout=FORWARD_S, follow_redirects=False, trust_env=False)
        try:
            self._signed(b"")
        except ValueError as error:
            raise CommandFailed(Status.USAGE, "The secret is not whsec_ and base64.") from error

    def send(self, event: dict[str, Any]) -> str:
        """Send an event once; return what came of it in a word or two."""
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", **self._signed(body, event["id"])}
        began_s = time.monotonic()
        try:
            answer = self._http.post(self._url, content=body, headers=headers)
        except httpx2.HTTPError as error:
            return f"not sent ({type(error).__name__})"
        return f"{answer.status_code} in {(time.monotonic() - began_s) * 1000:.0f} ms"

    def _signed(self, body: bytes, event_id: str = "") -> dict[str, str]:
        return dict(self._sign(body, event_id=event_id, secrets=[self.secret], at_s=int(time.time())))


def _events(client: Client, after: str) -> Iterator[dict[str, Any]]:
    """Yield events as they happen; wait for a server that is away."""
    cursor = client.get("/v1.3/events", after=after, limit=1)["next"] if after == "latest" else after
    is_away = False
    while True:
        try:
            page = client.get("/v1.3/events", after=cursor, limit=PAGE)
        except CommandFailed as failure:
            if failure.status is not Status.UNREACHABLE:
                raise
            if not is_away:
                err.print("The server does not answer; waiting for it.")
            is_away = True
            time.sleep(POLL_S)
            continue
        is_away = False
        yield from page["data"]
        cursor = page["next"]
        if not page["has_more"]:
            time.sleep(POLL_S)


def _print(event: dict[str, Any], result: str | None, *, as_json: bool) -> None:
    if as_json:
        told = event if result is None else {**event, "forwarded": result}
        out.print(json.dumps(told, ensure_ascii=False), markup=False)
        return
    data = event["data"]
    why = data.get("error", {}).get("message", "")
    parts = [
        event["created_at"],
        event["type"],
        str(data.get("id", "")),
        f"-> {result}" if result else "",
        why,
    ]
    out.print("  ".join(part for part in parts if part), markup=False)
