"""Whole runs as numbers, and as text."""

from pathlib import Path

import pytest

from kinodex.evaluation.comparison import compare
from kinodex.evaluation.judged import JudgedQuery, Place
from kinodex.evaluation.report import as_json, by_change, by_difference, by_pass, by_refusal, markdown
from kinodex.evaluation.runs import Answer, Hit, Pass, Run, RunUnreadable, read_run, write_run
from kinodex.evaluation.scoring import chance_of, lines_of, refusals_of, score_pass

QUERIES = (
    *(
        JudgedQuery(
            id=f"said-{number}",
            kind="said",
            text=f"sentence | {number}",
            relevant=(Place(video=f"{number}.mp4", start=0, end=4),),
        )
        for number in range(8)
    ),
    JudgedQuery(
        id="seen",
        kind="seen",
        picture="pictures/seen.jpg",
        relevant=(Place(video="0.mp4", start=8, end=12), Place(video="1.mp4", start=8, end=12)),
    ),
    JudgedQuery(id="nothing", kind="said", text="what nobody says"),
)


def answer(query: str, *hits: tuple[str, float, float], trusted: bool = True) -> Answer:
    found = (Hit(video=v, start=s, end=e, score=90.0, confidence="high") for v, s, e in hits)
    return Answer(query=query, hits=tuple(found), no_confident_match=not trusted, took_ms=1.0)


def run(name: str, *, right: int, digest: str = "0" * 64) -> Run:
    """A run that answers so many of the eight sentences, and the others with the first video."""
    said = [
        answer(f"said-{number}", (f"{number if number < right else 'x'}.mp4", 0, 4), trusted=number < right)
        for number in range(8)
    ]
    seen = answer("seen", ("5.mp4", 0, 4), ("1.mp4", 8, 12))
    nothing = answer("nothing", ("3.mp4", 0, 4), trusted=False)
    return Run(
        name=name,
        made_at="2022-09-01T00:00:00+00:00",
        server="http://127.0.0.1:8000",
        index="0" * 24,
        videos=8,
        engines={"visual": "few-pictures"},
        queries_sha256=digest,
        limit=10,
        queries=QUERIES,
        passes=(
            Pass(name="all", answers=(*said, seen, nothing)),
            Pass(name="conversation", answers=(*said, nothing)),
        ),
    )


def test_lines_hold_the_means_of_each_kind_and_of_all() -> None:
    said, seen, everything = lines_of(run("a", right=6))

    assert (said.kind, said.reached["recall@1"].mean, said.reached["recall@1"].count) == ("said", 0.75, 8)
    assert (seen.kind, seen.reached["recall@1"].mean, seen.reached["recall@5"].mean) == ("seen", 0.0, 0.5)
    assert everything.reached["mrr"].mean == pytest.approx((6 + 0.5) / 9)
    assert said.reached["recall@1"].low < 0.75 < said.reached["recall@1"].high


def test_chance_lies_far_below_a_good_answer_and_is_the_same_each_time() -> None:
    made = run("a", right=8)

    first, second = chance_of(made), chance_of(made)

    assert first == second
    # Nine moments are in the pool, each as likely to come first as any other.
    assert sum(first[f"said-{n}"]["recall@1"] for n in range(8)) / 8 == pytest.approx(1 / 9, abs=0.06)
    assert first["said-0"]["recall@10"] == pytest.approx(1.0)
    assert score_pass(made)["said-0"]["recall@1"] == 1.0


def test_refusals_are_counted_where_they_are_right_and_where_they_are_wrong() -> None:
    refusals = refusals_of(run("a", right=6))

    assert refusals.unanswerable is not None
    assert refusals.answerable is not None
    assert (refusals.unanswerable.mean, refusals.unanswerable.count) == (1.0, 1)
    assert refusals.answerable.mean == pytest.approx(2 / 9)


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = run("a", right=6)
    write_run(made, tmp_path / "a.json")

    assert read_run(tmp_path / "a.json") == made


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('"format": 1', '"format": 2'), "has the format 2; this version reads 1"),
        (('"name": "a"', '"name": 1'), "is no run: Expected `str`"),
        (('"query": "said-7"', '"query": "said-9"'), "answers queries it does not hold, such as said-9"),
    ],
)
def test_what_is_no_run_is_refused_with_the_reason(
    tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    path = tmp_path / "a.json"
    write_run(run("a", right=6), path)
    path.write_text(path.read_text().replace(*change))

    with pytest.raises(RunUnreadable, match=reason):
        read_run(path)


def test_a_comparison_names_the_queries_that_changed_the_greatest_loss_first() -> None:
    found = compare(run("a", right=6), run("b", right=3))

    assert [(each.query, each.by) for each in found.changes] == [
        ("said-3", -1.0),
        ("said-4", -1.0),
        ("said-5", -1.0),
    ]
    before, after, difference = found.means["recall@1"]
    assert (before, after) == (pytest.approx(6 / 9), pytest.approx(3 / 9))
    assert difference.mean == pytest.approx(-3 / 9)
    assert difference.high <= 0.0
    assert [row[3] for row in by_change(found, most=2)[1]] == ["said-3", "said-4"]


def test_a_comparison_of_equals_finds_no_difference() -> None:
    found = compare(run("a", right=6), run("b", right=6))

    assert found.changes == []
    assert {row[-1] for row in by_difference(found)[1]} == {"no clear difference"}


def test_runs_of_different_queries_are_not_compared() -> None:
    with pytest.raises(RunUnreadable, match="a and b are of different queries"):
        compare(run("a", right=6), run("b", right=6, digest="1" * 64))
    with pytest.raises(RunUnreadable, match="has no pass visual; it has all, conversation"):
        compare(run("a", right=6), run("b", right=6), name="visual")


def test_options_are_shown_beside_all_together_on_words_alone() -> None:
    headings, rows = by_pass(run("a", right=8))

    assert headings == ("searched", "said", "all 8", "MRR of all")
    assert [row[:2] for row in rows] == [
        ["all options", "1.00 [1.00, 1.00]"],
        ["only conversation", "1.00 [1.00, 1.00]"],
    ]
    assert by_refusal(run("a", right=6))[1][1] == ["only conversation", "1.00 [1.00, 1.00]", ".25 [.00, .62]"]


def test_the_report_says_everything_in_markdown_and_in_numbers() -> None:
    made = run("a", right=6)
    text = markdown(made)

    assert text.startswith("10 queries, 1 of them unanswerable, on 8 videos. Engines: visual few-pictures.")
    assert "| said | 8 | .75 [" in text
    assert "| *chance* |  | " in text
    assert "| only conversation | " in text
    numbers = as_json(made)
    assert [each["name"] for each in numbers["passes"]] == ["all", "conversation"]
    assert numbers["passes"][0]["kinds"][0]["metrics"]["mrr"]["mean"] == 0.75
    assert numbers["passes"][1]["refused"]["answerable"]["count"] == 8
