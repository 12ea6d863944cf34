"""``kinodex index add``: send videos, go on after a break, and say what came of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kinodex.cli.client import Client, connect
from kinodex.cli.collecting import collect, is_url
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.indexing import ensure_index, print_tasks, url_headers, watch
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import err, print_json
from kinodex.cli.sent import Sent


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A source the server did not take, and why."""

    source: str
    reason: str


def add(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(
            help="URLs, files, folders, patterns such as 'talks/*.mp4', or .txt files with one of these a "
            "line; - reads such lines from stdin."
        ),
    ],
    index: Annotated[str, typer.Option(help="Name of the index; made if there is none.")] = "default",
    language: Annotated[str, typer.Option(help="Language spoken, as ISO 639-1 code.")] = "en",
    header: Annotated[
        list[str] | None,
        typer.Option(help="'NAME: VALUE' sent to the host of a URL when the video is fetched; repeatable."),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the videos can be searched.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Of several videos, send those too that were sent before.")
    ] = False,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """
    Send videos to be indexed; print their tasks.

    Of several videos, those sent to the same index before are left out unless they failed: a long list that
    was broken off goes on when the command is repeated.
    """
    wanted = collect(sources)
    fields = {"language": language, **url_headers(header or [], wanted)}
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        fields["index_id"] = ensure_index(client, index)
        sent = Sent.to(client.base_url, fields["index_id"])
        skips = len(wanted) > 1 and not again
        outcomes = list(_send_all(client, wanted, fields, sent=sent, skips=skips))
        ids = [outcome for outcome in outcomes if isinstance(outcome, str)]
        ended = [watch(client, each) if wait else client.get(f"/v1.1/tasks/{each}") for each in ids]
    _tell(ended, [outcome for outcome in outcomes if isinstance(outcome, _Refusal)], as_json=as_json)


def _send_all(
    client: Client, sources: Sequence[str], fields: dict[str, str], *, sent: Sent, skips: bool
) -> Iterator[str | _Refusal]:
    """Yield for each source the id of its task, or why there is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=len(sources) == 1) as bars:
        bar = bars.add_task("sending", total=len(sources))
        for source in sources:
            before = _still_good(client, sent.task(source)) if skips else None
            yield before or _send(client, source, fields, sent=sent, is_alone=len(sources) == 1)
            bars.advance(bar)


def _still_good(client: Client, task_id: str | None) -> str | None:
    """Return the id of a task that was sent before, unless it failed or is gone."""
    if task_id is None:
        return None
    try:
        task = client.get(f"/v1.1/tasks/{task_id}")
    except CommandFailed as error:
        if error.status is not Status.REFUSED:
            raise
        return None
    return None if task["status"] == "failed" else task_id


def _send(
    client: Client, source: str, fields: dict[str, str], *, sent: Sent, is_alone: bool
) -> str | _Refusal:
    form, files = (fields | {"video_url": source}, ()) if is_url(source) else (fields, (_file(source),))
    try:
        made = client.post_form(
            "/v1.1/tasks", form, files=files, idempotency_key=None if is_alone else sent.key(source)
        )
    except CommandFailed as error:
        if is_alone or error.status is not Status.REFUSED:
            raise
        return _Refusal(source, str(error))
    sent.note(source, made["_id"])
    return str(made["_id"])


def _file(source: str) -> tuple[str, Path]:
    return "video_file", Path(source)


def _tell(tasks: list[dict[str, Any]], refusals: Sequence[_Refusal], *, as_json: bool) -> None:
    if as_json:
        print_json([*tasks, *({"source": each.source, "error": each.reason} for each in refusals)])
    else:
        print_tasks(tasks)
        for each in refusals:
            err.print(f"{each.source}: {each.reason}", markup=False)
    if refusals:
        videos = "1 video was" if len(refusals) == 1 else f"{len(refusals)} videos were"
        raise CommandFailed(Status.REFUSED, f"{videos} not taken; the others were.")
    if any(task["status"] == "failed" for task in tasks):
        raise CommandFailed(Status.TASK_FAILED, "A video could not be indexed.")
