"""``kinodex index`` and ``kinodex task``: what there is, and how far it is."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from kinodex.cli.client import Client, connect
from kinodex.cli.collecting import is_url
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.following import follow
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import err, out, print_json, print_table, progress_of

index_app = typer.Typer(no_args_is_help=True, help="Indexes and what is in them.")
task_app = typer.Typer(no_args_is_help=True, help="Indexing tasks.")

EVERYTHING = ("visual", "conversation", "text_in_video", "logo")


@index_app.command("ls")
def ls_indexes(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the indexes."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        indexes = list(client.pages("/v1.1/indexes"))
    if as_json:
        print_json(indexes)
        return
    rows = [
        (
            each["_id"],
            each["index_name"],
            each["video_count"],
            f"{each['total_duration']:.0f} s",
            each["created_at"],
        )
        for each in indexes
    ]
    print_table(("id", "name", "videos", "length", "created"), rows)


@task_app.command("ls")
def ls_tasks(
    context: typer.Context,
    index: Annotated[str | None, typer.Option(help="Id of an index.")] = None,
    status: Annotated[str | None, typer.Option(help="Only tasks of this status.")] = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List tasks, newest first."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        tasks = list(client.pages("/v1.1/tasks", index_id=index, status=status))
    if as_json:
        print_json(tasks)
    else:
        print_tasks(tasks)


@task_app.command("show")
def show_task(
    context: typer.Context,
    task_id: Annotated[str, typer.Argument(help="Id of the task.")],
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one task: where it stands, its steps, why it failed."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        task = client.get(f"/v1.1/tasks/{task_id}")
        steps = client.get(f"/v1.3/tasks/{task_id}/steps")["data"]
    if as_json:
        print_json({**task, "steps": steps})
        return
    print_tasks([task])
    if "attempt" in task:
        out.print(f"attempt: {task['attempt']}", markup=False)
    if task.get("queue_reason"):
        out.print(f"waits: {task['queue_reason']}", markup=False)
    rows = [
        (
            step["step"],
            step["attempts"],
            "" if step["seconds"] is None else f"{step['seconds']:.2f} s",
            step.get("note", ""),
        )
        for step in steps
    ]
    print_table(("step", "attempts", "took", "note"), rows)


def ensure_index(client: Client, name: str) -> str:
    """Return the id of the index with this name, made now if there is none."""
    for each in client.pages("/v1.1/indexes", index_name=name):
        if each["index_name"] == name:
            return str(each["_id"])
    body = {"index_name": name, "engine_id": "marengo2.5", "index_options": list(EVERYTHING)}
    return str(client.post("/v1.1/indexes", {**body, "addons": ["thumbnail"]})["_id"])


def watch(client: Client, task_id: str) -> dict[str, Any]:
    """Show the progress of a task on stderr until it ends; return it."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=not err.is_terminal) as bars:
        bar = bars.add_task("waiting", total=1.0)
        for task in follow(client, task_id):
            bars.update(bar, completed=progress_of(task), description=_doing(task))
    ended: dict[str, Any] = client.get(f"/v1.1/tasks/{task_id}")
    return ended


def _doing(task: dict[str, Any]) -> str:
    """Return what happens to a task: status and step, how fast its bytes come, what it waits for."""
    rate = task.get("bytes_per_s")
    parts = [
        f"{task['status']}: {task.get('step') or 'waiting'}",
        f"{rate / 1e6:.1f} MB/s" if rate else "",
        str(task.get("queue_reason") or ""),
    ]
    return ", ".join(part for part in parts if part)


def url_headers(lines: list[str], sources: Sequence[str]) -> dict[str, str]:
    """Return the form field for header lines like ``Name: value``; what may be in them the server says."""
    if not lines:
        return {}
    if not all(is_url(source) for source in sources):
        raise CommandFailed(Status.USAGE, "--header is for a URL; a file is sent without.")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name in headers:
            raise CommandFailed(
                Status.USAGE, "Each --header is a 'NAME: VALUE', with another name than the others."
            )
        headers[name] = value.strip()
    return {"videourl_headers": json.dumps(headers)}


def print_tasks(tasks: list[dict[str, Any]]) -> None:
    """Print a line for each task: how far it is, and why it failed or waits."""
    if not tasks:
        out.print("No tasks.")
        return
    rows = [
        (
            task["_id"],
            task["status"],
            f"{task.get('progress', 0.0):.0%}",
            task["metadata"].get("filename", ""),
            task.get("error", {}).get("message") or task.get("queue_reason", ""),
        )
        for task in tasks
    ]
    print_table(("task", "status", "done", "file", "why"), rows)
    for task in tasks:
        for warning in task.get("warnings", []):
            out.print(f"{task['_id']}: {warning['message']}", markup=False)
