"""What commands print: tables for people, one JSON document for programs (``--json``)."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 200
"""Characters of a line where nobody looks: in a pipe nothing is cut."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: object) -> None:
    """Print one JSON document to stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings; texts of users are shown as they are, never as markup."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading, overflow="fold", min_width=24 if heading in {"id", "task", "video"} else None
        )
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    out.print(table)


def clock(seconds: float) -> str:
    """Return a time as people read it off a player: ``1:02:03.4``."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{rest // 10:02d}.{rest % 10}"


def progress_of(task: dict[str, Any]) -> float:
    """Return the share of a task's work that is done, in [0, 1]."""
    return 1.0 if task["status"] == "ready" else float(task.get("progress", 0.0))


def reasons(moment: dict[str, Any]) -> list[str]:
    """Return one line for each piece of evidence of a moment, as the API explains it."""
    return [_reason(evidence) for evidence in moment.get("explain", [])]


def _reason(evidence: dict[str, Any]) -> str:
    kind = {"speech": "said", "screen_text": "written", "visual": "seen"}[evidence["modality"]]
    how = evidence["how"].replace("_", " ")
    text = f" “{evidence['text']}”" if evidence.get("text") else ""
    return f"{kind} ({how}, p {evidence['probability']:.2f}, {evidence['engine']}){text}"
