"""``kinodex key``: who may call."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from kinodex.cli.client import connect
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import out, print_json, print_table
from kinodex.domain.clock import now

app = typer.Typer(no_args_is_help=True, help="API keys.")


@app.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read, write, delete, admin; may be repeated.")
    ] = None,
    index: Annotated[
        list[str] | None, typer.Option(help="Id of an index the key is limited to; may be repeated.")
    ] = None,
    days: Annotated[float | None, typer.Option(help="The key ends after so many days.")] = None,
    per_minute: Annotated[
        int | None, typer.Option(help="Requests a minute; else the server's limit.")
    ] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: this once, it is stored as a hash only."""
    body: dict[str, Any] = {"name": name, "scopes": scope or ["read", "write", "delete"]}
    if index:
        body["index_ids"] = index
    if days is not None:
        body["expires_at"] = (now() + timedelta(days=days)).isoformat()
    if per_minute is not None:
        body["requests_per_minute"] = per_minute
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        made = client.post("/v1.3/keys", body)
    _print_new(made, as_json=as_json)


@app.command("rotate")
def rotate(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(help="Id of the key, as listed.")],
    grace_hours: Annotated[float, typer.Option(help="How long the old key still works.")] = 24.0,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make another key with the same rights and print it; the old one ends after a grace period."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        made = client.post(f"/v1.3/keys/{key_id}/rotate", {"grace_s": grace_hours * 3600})
    _print_new(made, as_json=as_json)


@app.command("ls")
def ls(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the keys."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        listed = client.get("/v1.3/keys")["data"]
    if as_json:
        print_json(listed)
        return
    rows = [
        (
            key["_id"],
            key["name"],
            " ".join(key["scopes"]),
            "all" if key["index_ids"] is None else " ".join(key["index_ids"]),
            key["created_at"],
            key["revoked_at"] or key["expires_at"] or "",
        )
        for key in listed
    ]
    print_table(("id", "name", "scopes", "indexes", "created", "ends or ended"), rows)


@app.command("revoke")
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(help="Id of the key, as listed.")],
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Make a key useless within seconds."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        client.delete(f"/v1.3/keys/{key_id}")


def _print_new(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(made)
    else:
        out.print(made["key"], markup=False)
