"""``kinodex estimate``: what would become of a video, before it is indexed."""

from typing import Annotated, Any

import typer

from kinodex.cli.client import connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.indexing import url_headers
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import clock, out, print_json, print_table
from kinodex.cli.searching import find_index


def estimate(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Direct link to a video file, http or https.")],
    index: Annotated[
        str | None, typer.Option(help="Name or id of the only index to look for the same video in.")
    ] = None,
    limits: Annotated[
        str | None, typer.Option(help="API version whose limits are applied: v1.1, v1.2 or v1.3.")
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(help="'NAME: VALUE' sent to the host of the URL; repeatable.")
    ] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a video can be fetched and would be taken; at most 2 MiB of it are read."""
    body: dict[str, Any] = {"video_url": url, **url_headers(header or [], [url])}
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        if index is not None:
            body["index_id"] = find_index(client, index)["_id"]
        # Videos sent by the command come in by version 1.1.
        told = client.post("/v1.1/estimate", {**body, **({"limits": limits} if limits else {})})
    if as_json:
        print_json(told)
    else:
        print_table(("what", "answer"), [row for row in _rows(told) if row[1]])
    if told["accepted"] is False:
        raise CommandFailed(Status.REFUSED, "A task would fail.")
    if told["accepted"] is None and not as_json:
        out.print("Too little of the file was read to tell whether a task would pass the checks.")


def _rows(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("reachable", "yes" if told["reachable"] else "no"),
        (
            "accepted",
            {True: "yes", False: "no", None: "not known"}[told["accepted"]] + f" ({told['limits']})",
        ),
        *(("problem", _problem(each)) for each in told["problems"]),
        ("file", told.get("filename", "")),
        ("size", f"{told['size']:,} bytes" if "size" in told else ""),
        ("container", told.get("container", "")),
        ("codecs", ", ".join(told[name] for name in ("video_codec", "audio_codec") if name in told)),
        ("resolution", f"{told['width']}x{told['height']}" if "width" in told else ""),
        ("pictures", f"{told['fps']:g} a second" if "fps" in told else ""),
        ("duration", _duration(told)),
        ("unknown", ", ".join(told["unknown"])),
        ("disk", f"{told['disk_bytes']:,} bytes, about" if "disk_bytes" in told else ""),
        ("work", _work(told.get("work"))),
        *(("indexed as", f"{each['video_id']} in {each['index_id']}") for each in told["already_indexed"]),
    ]


def _problem(problem: dict[str, Any]) -> str:
    doubt = "" if problem["certain"] else " (by what a header declares)"
    return f"{problem['code']}: {problem['message']}{doubt}"


def _duration(told: dict[str, Any]) -> str:
    if "duration" not in told:
        return ""
    declared = " as declared" if told["duration_from"] == "header" else ""
    return f"{clock(told['duration'])} ({told['duration']:g} s{declared})"


def _work(work: dict[str, Any] | None) -> str:
    if work is None:
        return ""
    return f"{work['seconds']:.0f} s on this machine, about" + (
        "" if work["measured"] else f"; {work['note']}"
    )
