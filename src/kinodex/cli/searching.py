"""``kinodex search``: find moments."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len

from kinodex.cli.client import Client, connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import clock, err, out, print_json, print_table, reasons
from kinodex.domain.errors import QueryUnreadable
from kinodex.domain.query_language import parse_query

OPTIONS = ("visual", "conversation", "text_in_video")


def search(
    context: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(
            help="What is seen, said or written. Parts can be joined: "
            "'goal then:10s said:\"what a save\" not text:replay'."
        ),
    ] = None,
    index: Annotated[list[str] | None, typer.Option(help="Name or id of the index; may be repeated.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="visual, conversation, text_in_video, logo; may be repeated.")
    ] = None,
    picture: Annotated[
        list[Path] | None,
        typer.Option(
            help="A picture to look for; may be repeated. In TEXT they are picture:1, picture:2, …",
            exists=True,
        ),
    ] = None,
    video: Annotated[
        list[str] | None, typer.Option(help="Id of the only video to look at; may be repeated.")
    ] = None,
    exact: Annotated[bool, typer.Option(help="Spoken words exactly as written.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Take TEXT as plain words, without operators.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=50, help="At most so many moments.")] = 10,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find the moments that match and say why."""
    if text is not None and not plain:
        check_language(text)
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        found = [find_index(client, each) for each in index] if index else [find_index(client, None)]
        query: dict[str, Any] = {"index_ids": [each["_id"] for each in found], "page_limit": limit}
        query["query_language"] = "plain" if plain else "kinodex"
        if video:
            query["video_ids"] = video
        if picture:
            fields = {**query, "search_options": ["visual"], **({"query_text": text} if text else {})}
            fields["query_media_type"] = "image"
            answer = client.post_form(
                "/v1.3/search", fields, files=[("query_media_file", each) for each in picture]
            )
        else:
            body = {**query, "query": text, "search_options": option or _options_of(found)}
            if exact:
                body["conversation_option"] = "exact_match"
            answer = client.post("/v1.1/search", body)
    if as_json:
        print_json(answer)
    else:
        print_moments(answer)


def check_language(text: str) -> None:
    """
    Return if a text can be read as a query.

    Raises:
        CommandFailed: It breaks the grammar; the message points to the place.
    """
    try:
        parse_query(text)
    except QueryUnreadable as error:
        line = " ".join(text.splitlines())
        mark = " " * cell_len(line[: error.column - 1]) + "^"
        raise CommandFailed(Status.USAGE, f"{error.code}: {error.message}\n  {line}\n  {mark}") from error


def _options_of(indexes: list[dict[str, Any]]) -> list[str]:
    """Return what can be searched in every one of some indexes."""
    return [each for each in OPTIONS if all(each in index["index_options"] for index in indexes)]


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


def _parts(moment: dict[str, Any]) -> list[str]:
    """Return where each part of a combined query is in a moment."""
    return [
        f"{part['query']} {clock(part['start'])}-{clock(part['end'])} (p {part['probability']:.2f})"
        for part in moment.get("parts", [])
        if not part["left_out"]
    ]


def print_moments(answer: dict[str, Any]) -> None:
    """Print moments with their times and reasons."""
    if not answer["data"]:
        out.print("Nothing matches.")
    rows = [
        (
            f"{clock(moment['start'])}-{clock(moment['end'])}",
            f"{moment['score']:.1f} {moment['confidence']}",
            moment["video_id"],
            "; ".join([*_parts(moment), *reasons(moment)]),
        )
        for moment in answer["data"]
    ]
    if rows:
        print_table(("moment", "score", "video", "why"), rows)
    for note in answer.get("notes", []):
        err.print(f"Note: {note}", markup=False)
