"""A run as text: Markdown for documents, one JSON document for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kinodex.evaluation.bootstrap import Estimate
from kinodex.evaluation.comparison import Comparison
from kinodex.evaluation.metrics import METRICS
from kinodex.evaluation.runs import ALL_OPTIONS, Run
from kinodex.evaluation.scoring import EVERYTHING, Line, Refusals, lines_of, refusals_of

HEADINGS = {
    "recall@1": "Recall@1",
    "recall@5": "Recall@5",
    "recall@10": "Recall@10",
    "ndcg@10": "nDCG@10",
    "mrr": "MRR",
    "r1@0.5": "R1@0.5",
    "r1@0.7": "R1@0.7",
    "miou": "mIoU",
}
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Headings and rows."""


def shown(value: Estimate) -> str:
    """Return a mean with its interval as people read it: ``.83 [.77, .88]``."""
    return f"{_share(value.mean)} [{_share(value.low)}, {_share(value.high)}]"


def by_kind(run: Run) -> Table:
    """Return the lines of a run in which every query was asked with all options."""
    return ("asked by", "queries", *(HEADINGS[each] for each in METRICS)), [
        row for line in lines_of(run) for row in (_reached(line), _chance(line))
    ]


def by_pass(run: Run) -> Table:
    """Return how far each option alone gets beside all together, on the queries made of words alone."""
    worded = run.only({query.id for query in run.queries if query.picture is None})
    asked = [query for query in worded.queries if query.is_answerable]
    kinds = list(dict.fromkeys(query.kind for query in asked))
    rows = []
    for each in worded.passes:
        lines = {line.kind: line for line in lines_of(worded, each.name)}
        cells = [shown(lines[kind].reached["ndcg@10"]) for kind in kinds]
        total = lines.get(EVERYTHING) or lines[kinds[0]]
        rows.append([_way(each.name), *cells, shown(total.reached["ndcg@10"]), shown(total.reached["mrr"])])
    return ("searched", *kinds, f"all {len(asked)}", "MRR of all"), rows


def by_refusal(run: Run) -> Table:
    """Return how often each pass trusted nothing, where that is right and where it is wrong."""
    rows = []
    for each in run.passes:
        refusals = refusals_of(run, each.name)
        rows.append([_way(each.name), _or_dash(refusals.unanswerable), _or_dash(refusals.answerable)])
    return ("searched", "of the unanswerable, refused", "of the answerable, refused"), rows


def markdown(run: Run) -> str:
    """Return the whole report of a run."""
    answerable = sum(query.is_answerable for query in run.queries)
    engines = ", ".join(f"{role.replace('_', ' ')} {name}" for role, name in run.engines.items())
    head = (
        f"{len(run.queries)} queries, {len(run.queries) - answerable} of them unanswerable, on {run.videos} "
        f"videos. Engines: {engines}. Means with 95 % bootstrap intervals; *chance* is a random order of "
        "everything that was answered."
    )
    parts = [head, as_markdown(by_kind(run))]
    if len(run.passes) > 1:
        parts += ["Each option alone beside all together, nDCG@10 by kind:", as_markdown(by_pass(run))]
    parts += ["Answers that say `no_confident_match`:", as_markdown(by_refusal(run))]
    return "\n\n".join(parts) + "\n"


def as_json(run: Run) -> dict[str, Any]:
    """Return everything a report says, as numbers."""
    return {
        "run": run.name,
        "made_at": run.made_at,
        "index": run.index,
        "videos": run.videos,
        "engines": dict(run.engines),
        "queries": len(run.queries),
        "queries_sha256": run.queries_sha256,
        "passes": [
            {
                "name": each.name,
                "kinds": [
                    {
                        "kind": line.kind,
                        "metrics": {name: asdict(value) for name, value in line.reached.items()},
                        "chance": dict(line.chance),
                    }
                    for line in lines_of(run, each.name)
                ],
                "refused": _refused(refusals_of(run, each.name)),
            }
            for each in run.passes
        ],
    }


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Return everything a comparison says, as numbers."""
    return {
        "metric": found.metric,
        "means": {
            name: {"first": before, "second": after, "difference": asdict(difference)}
            for name, (before, after, difference) in found.means.items()
        },
        "changes": [{**asdict(each), "by": each.by} for each in found.changes],
    }


def by_difference(found: Comparison) -> Table:
    """Return the means of two runs side by side."""
    rows = [
        [HEADINGS[name], _share(before), _share(after), shown(difference), _verdict(difference)]
        for name, (before, after, difference) in found.means.items()
    ]
    return ("metric", "first", "second", "difference", "verdict"), rows


def by_change(found: Comparison, *, most: int) -> Table:
    """Return the queries that lost most and those that gained most, ``most`` of each."""
    lost = [each for each in found.changes if each.by < 0][:most]
    gained = [each for each in found.changes if each.by > 0][-most:]
    rows = [
        [f"{each.by:+.2f}", _share(each.before), _share(each.after), each.query, each.kind, each.text]
        for each in (*lost, *gained)
    ]
    return ("change", "first", "second", "query", "kind", "text"), rows


def as_markdown(table: Table) -> str:
    """Return a table in Markdown."""
    headings, rows = table
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _reached(line: Line) -> list[str]:
    count = next(iter(line.reached.values())).count
    return [line.kind, str(count), *(shown(line.reached[metric]) for metric in METRICS)]


def _chance(line: Line) -> list[str]:
    return ["*chance*", "", *(_share(line.chance[metric]) for metric in METRICS)]


def _share(value: float) -> str:
    """Return a share with two digits, without the 0 before the point."""
    digits = f"{value:.2f}"
    return digits.replace("0.", ".", 1) if abs(value) < 1 and digits not in {"1.00", "-1.00"} else digits


def _way(name: str) -> str:
    return "all options" if name == ALL_OPTIONS else f"only {name}"


def _or_dash(value: Estimate | None) -> str:
    return "-" if value is None else shown(value)


def _verdict(difference: Estimate) -> str:
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "no clear difference"


def _refused(refusals: Refusals) -> Mapping[str, Any]:
    return {
        name: None if value is None else asdict(value)
        for name, value in (("unanswerable", refusals.unanswerable), ("answerable", refusals.answerable))
    }
