"""``kinodex fsck``: whether records and bytes agree."""

from dataclasses import asdict
from typing import Annotated

import typer

from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.logs import configure_logs
from kinodex.cli.options import AsJson, DataDir, settings_with
from kinodex.cli.output import out, print_json, print_table


def fsck(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Compare the database with the blob store; with SQLite, while no server runs."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    configure_logs(level=settings.log_level, form=settings.log_format)
    with bootstrap.opened(settings, executor=bootstrap.build_executor(settings)) as usecases:
        findings = usecases.consistency.check(repair=repair)
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    elif findings:
        rows = [
            (each.kind, each.subject, each.sentence, _state(each.is_repairable, each.is_repaired))
            for each in findings
        ]
        print_table(("finding", "subject", "what", "repair"), rows)
    else:
        out.print("Records and bytes agree.")
    left = sum(not finding.is_repaired for finding in findings)
    if left:
        raise CommandFailed(
            Status.INCONSISTENT, f"{left} findings are not repaired; see docs/operations/fsck.md."
        )


def _state(is_repairable: bool, is_repaired: bool) -> str:
    if is_repaired:
        return "done"
    return "with --repair" if is_repairable else "by hand"
