"""``kinodex export``: what is said in a video, as a file."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kinodex.cli.client import Client, connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import DataDir, Host, Port
from kinodex.cli.output import err


class Form(StrEnum):
    """Forms a transcript can be written in."""

    SRT = "srt"
    VTT = "vtt"
    CSV = "csv"
    TXT = "txt"
    JSON = "json"


def export(
    context: typer.Context,
    video: Annotated[str, typer.Argument(help="Id of the video.")],
    form: Annotated[Form, typer.Option("--format", help="Form of the file.")] = Form.SRT,
    screen_text: Annotated[
        bool, typer.Option("--screen-text", help="What is written in the picture, not what is said.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; without it, standard output.")
    ] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Write the transcript of a video: SubRip, WebVTT, CSV, plain text or JSON."""
    name = "screen-text" if screen_text else "transcript"
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        index_id = _index_of(client, video)
        content = client.get_file(f"/v1.3/indexes/{index_id}/videos/{video}/{name}.{form.value}")
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandFailed(Status.USAGE, f"Cannot write {output}: {error.strerror}.") from error
    err.print(f"Wrote {len(content)} bytes to {output}", markup=False)


def _index_of(client: Client, video_id: str) -> str:
    for index in client.pages("/v1.3/indexes"):
        found = client.get(f"/v1.3/indexes/{index['_id']}/videos", _id=video_id)
        if found["data"]:
            return str(index["_id"])
    raise CommandFailed(Status.REFUSED, f"There is no video {video_id} in any index.")
