"""``kinodex search``: find moments."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kinodex.cli.client import Client, connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import clock, err, out, print_json, print_table, reasons

OPTIONS = ("visual", "conversation", "text_in_video")


def search(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What is seen, said or written.")] = None,
    index: Annotated[str | None, typer.Option(help="Name or id of the index.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="visual, conversation, text_in_video, logo; may be repeated.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="A picture to look for.", exists=True)] = None,
    exact: Annotated[bool, typer.Option(help="Spoken words exactly as written.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=50, help="At most so many moments.")] = 10,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find the moments that match and say why."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        found = find_index(client, index)
        query = {"index_id": found["_id"], "page_limit": limit}
        if picture is not None:
            fields = {**query, "search_options": ["visual"], **({"query_text": text} if text else {})}
            fields["query_media_type"] = "image"
            answer = client.post_form("/v1.3/search", fields, file=("query_media_file", picture))
        else:
            wanted = option or [each for each in OPTIONS if each in found["index_options"]]
            body = {**query, "query": text, "search_options": wanted}
            if exact:
                body["conversation_option"] = "exact_match"
            answer = client.post("/v1.1/search", body)
    if as_json:
        print_json(answer)
    else:
        print_moments(answer)


def find_index(client: Client, name: str | None) -> dict[str, Any]:
    """
    Return an index by name or id; without either, the only one there is.

    Raises:
        CommandFailed: If there is none, or several and no name.
    """
    indexes = list(client.pages("/v1.1/indexes"))
    if name is not None:
        indexes = [index for index in indexes if name in {index["_id"], index["index_name"]}]
    if len(indexes) == 1:
        return dict(indexes[0])
    if not indexes:
        raise CommandFailed(
            Status.REFUSED, f"There is no index {name}." if name else "There is no index yet."
        )
    names = ", ".join(index["index_name"] for index in indexes)
    raise CommandFailed(Status.USAGE, f"Which index? Say --index with one of: {names}.")


def print_moments(answer: dict[str, Any]) -> None:
    """Print moments with their times and reasons."""
    if not answer["data"]:
        out.print("Nothing matches.")
    rows = [
        (
            f"{clock(moment['start'])}-{clock(moment['end'])}",
            f"{moment['score']:.1f} {moment['confidence']}",
            moment["video_id"],
            "; ".join(reasons(moment)),
        )
        for moment in answer["data"]
    ]
    if rows:
        print_table(("moment", "score", "video", "why"), rows)
    for note in answer.get("notes", []):
        err.print(f"Note: {note}", markup=False)
