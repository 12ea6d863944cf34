"""What a killed program had been told."""

from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("video", "task", "index", "asset")


@dataclass(frozen=True)
class Journal:
    """
    One line for each thing that began, one for each that was done.

    ``submitted`` and ``deleted`` were acknowledged. What was ``begun`` may have happened or not. ``ends`` are
    the statuses a task may end in, by its id: two where it may have been cancelled or retried.
    """

    lines: Sequence[dict[str, str]]
    submitted: dict[str, dict[str, str]]
    deleted: dict[str, set[str]]
    begun: dict[str, set[str]]
    ends: dict[str, set[str]]

    @classmethod
    def of(cls, lines: Sequence[dict[str, str]]) -> "Journal":
        deleted: dict[str, set[str]] = {kind: set() for kind in KINDS}
        begun: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for line in lines:
            if line["did"] in {"deleted", "begins to delete"}:
                (deleted if line["did"] == "deleted" else begun)[line["kind"]].add(line["id"])
        submitted = {line["task"]: line for line in lines if line["did"] == "submitted"}
        return cls(lines, submitted, deleted, begun, _ends(lines))

    def did(self, what: str) -> Sequence[dict[str, str]]:
        return [line for line in self.lines if line["did"] == what]

    def may_be_gone(self, line: dict[str, str]) -> bool:
        return line["task"] in self.begun["task"] or line["index"] in self.begun["index"]


def _ends(lines: Sequence[dict[str, str]]) -> dict[str, set[str]]:
    ends: dict[str, set[str]] = {}
    by_itself: dict[str, str] = {}
    for line in lines:
        task = line.get("task", "")
        match line["did"]:
            case "submitted":
                by_itself[task] = line["ends"]
                ends[task] = {line["ends"]}
            case "begins to cancel":
                ends[task].add("failed")
            case "cancelled":
                ends[task] = {"failed"}
            case "begins to retry":
                ends[task].add(by_itself[task])
            case "retried":
                ends[task] = {by_itself[task]}
    return ends
