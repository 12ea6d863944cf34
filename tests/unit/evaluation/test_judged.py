from pathlib import Path

import pytest

from kinodex.evaluation.judged import JudgedQuery, Place, QueriesUnreadable, read_queries, write_queries


def test_queries_are_read_as_they_are_written(tmp_path: Path) -> None:
    queries = [
        JudgedQuery(id="1", text="a lighthouse", relevant=(Place(video="a.mp4", start=0, end=4.5, grade=2),)),
        JudgedQuery(id="2", kind="picture", picture="pictures/2.jpg", options=("visual",)),
    ]
    path = tmp_path / "queries.jsonl"
    write_queries(queries, path)

    read, digest = read_queries(path)

    assert list(read) == queries
    assert len(digest) == 64
    assert [query.is_answerable for query in read] == [True, False]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "1"', "line 2: "),
        ('{"text": "a"}', "line 2: .*`id`"),
        ('{"id": "1", "text": "a", "colour": 1}', "line 2: .*`colour`"),
        ('{"id": "1", "text": " "}', "line 2: '1' has neither text nor picture"),
        ('{"id": "0", "text": "a"}', "line 2: the id '0' stands twice"),
        (
            '{"id": "1", "text": "a", "relevant": [{"video": "a", "start": 4, "end": 4}]}',
            "line 2: '1' has a moment from 4 s to 4 s",
        ),
        (
            '{"id": "1", "text": "a", "relevant": [{"video": "a", "start": 0, "end": 4, "grade": 0}]}',
            "line 2: '1' has a moment of grade 0; the least is 1",
        ),
    ],
)
def test_a_line_that_is_no_query_is_named_with_the_reason(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"id": "0", "text": "a"}\n' + line + "\n")

    with pytest.raises(QueriesUnreadable, match=reason):
        read_queries(path)


def test_no_file_and_no_query_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(QueriesUnreadable, match="cannot be read: No such file"):
        read_queries(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(QueriesUnreadable, match="holds no queries"):
        read_queries(tmp_path / "empty.jsonl")
