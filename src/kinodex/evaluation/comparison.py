"""Two runs of the same queries: what differs in the mean, and on which queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kinodex.evaluation.bootstrap import Estimate, estimate
from kinodex.evaluation.metrics import METRICS
from kinodex.evaluation.runs import ALL_OPTIONS, Run, RunUnreadable
from kinodex.evaluation.scoring import score_pass


@dataclass(frozen=True, slots=True)
class Change:
    """A query that the second run answers better or worse: by how much, from and to."""

    query: str
    kind: str
    text: str
    before: float
    after: float

    @property
    def by(self) -> float:
        """Above 0 where the second run is better."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    The second run beside the first.

    ``means`` has, by metric, the first mean, the second mean, and the mean of the differences, query by
    query, with its interval: one that does not hold 0 is hardly chance. ``changes`` are the queries whose
    ``metric`` differs, the greatest loss first.
    """

    metric: str
    means: Mapping[str, tuple[float, float, Estimate]]
    changes: Sequence[Change]


def compare(first: Run, second: Run, *, metric: str = "ndcg@10", name: str = ALL_OPTIONS) -> Comparison:
    """
    Compare two runs query by query (paired bootstrap; Sakai 2006, "Evaluating evaluation metrics").

    Args:
        first: Before.
        second: After; of the same queries.
        metric: By which single queries are compared.
        name: The pass of both.

    Raises:
        RunUnreadable: They are of different queries, or one lacks the pass.
    """
    if first.queries_sha256 != second.queries_sha256:
        raise RunUnreadable(f"The runs {first.name} and {second.name} are of different queries.")
    before, after = score_pass(first, name), score_pass(second, name)
    if set(before) != set(after) or not before:
        raise RunUnreadable(f"The runs {first.name} and {second.name} answer different queries.")
    ids = list(before)
    means = {}
    for each in METRICS:
        gone, come = [before[query][each] for query in ids], [after[query][each] for query in ids]
        differences = [new - old for old, new in zip(gone, come, strict=True)]
        means[each] = (sum(gone) / len(ids), sum(come) / len(ids), estimate(differences))
    changes = [
        Change(
            each.id,
            each.kind,
            each.text or each.picture or "",
            before[each.id][metric],
            reached,
        )
        for each in first.queries
        if each.id in before and before[each.id][metric] != (reached := after[each.id][metric])
    ]
    return Comparison(metric, means, sorted(changes, key=lambda change: (change.by, change.query)))
