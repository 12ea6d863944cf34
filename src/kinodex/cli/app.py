"""The commands, put together."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from kinodex import __version__
from kinodex.cli import (
    adding,
    consistency,
    demo,
    doctor,
    estimating,
    evaluating,
    exporting,
    indexing,
    keys,
    listening,
    models,
    searching,
    serving,
    signing_in,
    task_control,
    webhooks,
)
from kinodex.cli.failures import CommandFailed, Status, status_of
from kinodex.cli.output import err
from kinodex.domain.errors import KinodexError
from kinodex.settings import Settings, unknown_names

app = typer.Typer(
    name="kinodex", no_args_is_help=True, pretty_exceptions_enable=False, help="Find moments in videos."
)
app.command("serve")(serving.serve)
app.command("worker")(serving.worker)
app.command("sign-in")(signing_in.sign_in)
app.command("search")(searching.search)
app.command("estimate")(estimating.estimate)
app.command("export")(exporting.export)
app.command("doctor")(doctor.doctor)
app.command("fsck")(consistency.fsck)
app.command("demo")(demo.demo)
indexing.index_app.command("add")(adding.add)
indexing.task_app.command("cancel")(task_control.cancel)
indexing.task_app.command("retry")(task_control.retry)
indexing.task_app.command("watch")(task_control.watch_task)
app.add_typer(indexing.index_app, name="index")
app.add_typer(indexing.task_app, name="task")
app.add_typer(keys.app, name="key")
app.add_typer(models.app, name="models")
app.add_typer(evaluating.app, name="eval")
webhooks.app.command("listen")(listening.listen)
app.add_typer(webhooks.app, name="webhook")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kinodex {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="Folder for everything kept on this machine.")] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find moments in videos by what is seen, said or written."""
    unknown = unknown_names(dict(os.environ))
    if unknown:
        raise CommandFailed(Status.USAGE, f"Unknown settings in the environment: {', '.join(unknown)}.")
    try:
        context.obj = Settings() if data_dir is None else Settings(data_dir=data_dir)
    except ValidationError as error:
        problems = "; ".join(
            f"KINODEX_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}" for each in error.errors()
        )
        raise CommandFailed(Status.USAGE, problems) from error


def main() -> None:
    """Run the command of this process's arguments."""
    try:
        app()
    except CommandFailed as error:
        err.print(str(error), markup=False)
        sys.exit(error.status)
    except KinodexError as error:
        err.print(f"{error.code}: {error.message}", markup=False)
        sys.exit(status_of(error))
