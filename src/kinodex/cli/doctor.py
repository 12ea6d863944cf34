"""``kinodex doctor``: what is in use here, where it comes from, and what keeps it from working."""

import os
import platform
import re
import sqlite3
import sys
from typing import Any

import typer

from kinodex import __version__
from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.options import AsJson, DataDir, settings_with
from kinodex.cli.output import out, print_json, print_table
from kinodex.settings import PREFIX, Settings

_PASSWORD = re.compile(r"(://[^:/@]+:)[^@]+@")


def doctor(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the settings in use and check everything a server needs."""
    from kinodex import bootstrap, readiness  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    report: dict[str, Any] = {
        "versions": _versions(),
        "settings": _settings(settings),
        "checks": [
            {"check": name, "ok": problem is None, "problem": problem}
            for name, problem in readiness.checks(settings).items()
        ],
        "degraded": list(bootstrap.degraded()),
        "notes": list(readiness.notes(settings)),
    }
    if as_json:
        print_json(report)
    else:
        _print(report)
    if not all(check["ok"] for check in report["checks"]):
        raise CommandFailed(Status.NOT_READY, "Something keeps the server from working; see above.")


def _versions() -> dict[str, str]:
    return {
        "kinodex": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "platform": f"{sys.platform} {platform.machine()}",
    }


def _settings(settings: Settings) -> list[dict[str, str]]:
    return [
        {
            "name": f"{PREFIX}{name.upper()}",
            "value": _shown(settings, name),
            "from": _origin(settings, name),
        }
        for name in Settings.model_fields
    ]


def _shown(settings: Settings, name: str) -> str:
    """Return the value in use, secrets masked."""
    value = getattr(settings, f"effective_{name}", getattr(settings, name))
    return _PASSWORD.sub(r"\1***@", str(value))


def _origin(settings: Settings, name: str) -> str:
    if f"{PREFIX}{name.upper()}" in {each.upper() for each in os.environ}:
        return "environment"
    return "command line" if name in settings.model_fields_set else "default"


def _print(report: dict[str, Any]) -> None:
    print_table(("what", "version"), list(report["versions"].items()))
    out.print()
    rows = [(each["name"], each["value"], each["from"]) for each in report["settings"]]
    print_table(("setting", "value", "from"), rows)
    out.print()
    print_table(("check", "result"), [(each["check"], each["problem"] or "ok") for each in report["checks"]])
    for note in report["degraded"]:
        out.print(f"Degraded: {note}", markup=False)
    for note in report["notes"]:
        out.print(f"Note: {note}", markup=False)
