"""``kinodex task cancel``, ``retry`` and ``watch``."""

from typing import Annotated, Any

import typer

from kinodex.cli.client import connect
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.indexing import print_tasks, watch
from kinodex.cli.options import AsJson, DataDir, Host, Port
from kinodex.cli.output import print_json

TaskIdArgument = Annotated[str, typer.Argument(help="Id of the task.")]


def cancel(
    context: typer.Context,
    task_id: TaskIdArgument,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """End a task that has not ended; its bytes are removed."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        task = client.post(f"/v1.1/tasks/{task_id}/cancel", {})
    _show(task, as_json=as_json)


def retry(
    context: typer.Context,
    task_id: TaskIdArgument,
    wait: Annotated[bool, typer.Option(help="Wait until the video can be searched.")] = False,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Try a failed task again, under the same id."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        task = client.post(f"/v1.1/tasks/{task_id}/retry", {})
        ended = watch(client, task_id) if wait else task
    if wait:
        _show_ended(ended, as_json=as_json)
    else:
        _show(ended, as_json=as_json)


def watch_task(
    context: typer.Context,
    task_id: TaskIdArgument,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show how a task goes on until it ends; then print it."""
    with connect(context, host=host, port=port, data_dir=data_dir) as client:
        ended = watch(client, task_id)
    _show_ended(ended, as_json=as_json)


def _show_ended(task: dict[str, Any], *, as_json: bool) -> None:
    _show(task, as_json=as_json)
    if task["status"] == "failed":
        raise CommandFailed(Status.TASK_FAILED, "The video could not be indexed.")


def _show(task: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(task)
    else:
        print_tasks([task])
