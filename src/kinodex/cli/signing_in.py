"""``kinodex sign-in``: a link to the page that needs no key."""

import typer

from kinodex.cli.client import connect
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import err, out, print_json


def sign_in(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs a browser in to the page once, within ten minutes."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        link = client.post("/v1.3/sign-in-links", {})
    if as_json:
        print_json(link)
        return
    out.print(link["url"], markup=False, soft_wrap=True)
    err.print("It works once, within ten minutes; the browser stays signed in for up to twelve hours.")
