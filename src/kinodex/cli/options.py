"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from kinodex.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of a table.")]
Host = Annotated[str | None, typer.Option(help="Address of the server.")]
Port = Annotated[int | None, typer.Option(help="Port of the server.")]
DataDir = Annotated[Path | None, typer.Option(help="Folder for everything kept on this machine.")]


def settings_with(
    context: typer.Context,
    *,
    host: str | None = None,
    port: int | None = None,
    data_dir: Path | None = None,
) -> Settings:
    """Return the settings of this process with what the command line says instead."""
    settings: Settings = context.obj
    given = {"host": host, "port": port, "data_dir": data_dir}
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})
