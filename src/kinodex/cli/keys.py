"""``kinodex key``: who may call."""

from typing import Annotated

import typer

from kinodex.cli.client import connect
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import out, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="API keys.")


@app.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scope: Annotated[
        list[str] | None, typer.Option(help="read, write, delete, admin; may be repeated.")
    ] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: this once, it is stored as a hash only."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        made = client.post("/v1.3/keys", {"name": name, "scopes": scope or ["read", "write", "delete"]})
    if as_json:
        print_json(made)
    else:
        out.print(made["key"], markup=False)


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
        (key["_id"], key["name"], " ".join(key["scopes"]), key["created_at"], key["revoked_at"] or "")
        for key in listed
    ]
    print_table(("id", "name", "scopes", "created", "revoked"), rows)


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
