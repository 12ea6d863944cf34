import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinodex.domain import errors
from kinodex.domain.listing import Condition
from kinodex.domain.timeline import Span
from kinodex.retrieval.filters import EVERYTHING, ParsedFilter, parse_filter

from .conftest import Shelf, StoredIndex, video

ONE, TWO, THREE = video(1), video(2), video(3)


@pytest.mark.parametrize(
    ("sent", "conditions"),
    [
        ({"duration": 600}, [Condition("duration_s", "eq", 600)]),
        (
            {"duration": {"gte": 600, "lte": 800.5}},
            [Condition("duration_s", "gte", 600), Condition("duration_s", "lte", 800.5)],
        ),
        ({"width": {"gte": -1}}, [Condition("width_px", "gte", -1)]),
        (
            {"height": 360, "size": 1, "fps": 25},
            [
                Condition("height_px", "eq", 360),
                Condition("size_bytes", "eq", 1),
                Condition("fps", "eq", 25),
            ],
        ),
        ({"filename": "a.mp4"}, [Condition("filename", "eq", "a.mp4")]),
        ({"video_title": "A"}, [Condition("title", "eq", "A")]),
        ({"genre": "film"}, [Condition("metadata.genre", "eq", "film")]),
        ({"views": {"lte": 3}}, [Condition("metadata.views", "lte", 3)]),
        ({"is_public": True}, [Condition("metadata.is_public", "eq", value=True)]),
        ({"id": []}, []),
        ({}, []),
    ],
)
def test_it_reads_what_the_api_documents(sent: object, conditions: list[Condition]) -> None:
    assert parse_filter(sent) == ParsedFilter(None, tuple(conditions))


def test_ids_are_a_list_each_once() -> None:
    assert parse_filter({"id": [ONE, TWO, ONE]}).ids == (ONE, TWO)


def test_title_is_the_systems_before_v1_3_and_the_users_since() -> None:
    assert parse_filter({"title": "A"}, generation="v1.1").conditions == (Condition("title", "eq", "A"),)
    assert parse_filter({"title": "A"}).conditions == (Condition("metadata.title", "eq", "A"),)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("text", "an object"),
        ([1], "an object"),
        (3, "an object"),
        ({"duration": "abc"}, "a number"),
        ({"duration": True}, "a boolean"),
        ({"duration": None}, "null"),
        ({"duration": {"gt": 3}}, "'gt'"),
        ({"duration": {"gte": "3"}}, "a text"),
        ({"duration": {}}, "gte, lte"),
        ({"duration": [1, 2]}, "a list"),
        ({"duration": float("nan")}, "finite"),
        ({"duration": float("inf")}, "finite"),
        ({"duration": 10**400}, "too large"),
        ({"filename": {"gte": "a"}}, "a text"),
        ({"filename": 3}, "a text"),
        ({"genre": ["a"]}, "a list"),
        ({"genre": None}, "null"),
        ({"genre": {"like": "a"}}, "'like'"),
        ({"id": ONE}, "a list"),
        ({"id": {"in": [ONE]}}, "a list"),
        ({"id": ["nonsense"]}, "'nonsense'"),
        ({"id": [3]}, "3"),
        ({"id": [ONE] * 10_001}, "10001"),
    ],
)
def test_it_refuses_what_it_cannot_read_and_says_why(sent: object, says: str) -> None:
    with pytest.raises(errors.FilterInvalid, match=re.escape(says)):
        parse_filter(sent)


def test_no_filter_is_the_whole_index(index: StoredIndex) -> None:
    assert parse_filter(None) is EVERYTHING
    assert index.select(EVERYTHING) is None


def test_ids_and_conditions_hold_together(index: StoredIndex) -> None:
    for video_id, duration_s in ((ONE, 25.0), (TWO, 30.0), (THREE, 30.0)):
        index.add(video_id, duration_s=duration_s)

    assert index.select(parse_filter({"id": [ONE, TWO], "duration": 30})) == [TWO]


WORDS = st.sampled_from(["rain", "storm", "pig", "drums"])
FACTS = st.fixed_dictionaries({"duration_s": st.integers(0, 5), "genre": st.sampled_from("ab")})
RANGES = st.dictionaries(st.sampled_from(["gte", "lte"]), st.integers(-1, 6), min_size=1)
FILTERS = st.dictionaries(st.just("duration"), st.integers(0, 5) | RANGES) | st.fixed_dictionaries(
    {"genre": st.sampled_from("abc"), "duration": RANGES}
)


def _fits(facts: dict[str, Any], sent: dict[str, Any]) -> bool:
    for name, value in sent.items():
        has = facts["duration_s" if name == "duration" else name]
        bounds = value if isinstance(value, dict) else {"gte": value, "lte": value}
        if not all(has >= bound if key == "gte" else has <= bound for key, bound in bounds.items()):
            return False
    return True


@settings(max_examples=40, deadline=None)
@given(
    library=st.lists(st.tuples(FACTS, WORDS, st.floats(0.3, 0.95)), max_size=6),
    sent=FILTERS,
    limit=st.integers(1, 7),
)
def test_filtered_search_equals_searching_all_and_dropping_the_others(
    shelf: Shelf, library: list[tuple[dict[str, Any], str, float]], sent: dict[str, Any], limit: int
) -> None:
    with shelf.index() as index:
        for number, (facts, word, strength) in enumerate(library):
            index.add(video(number), **facts)
            index.show(video(number), (0.0, 4.0, word, strength))

        everything = index.search("rain storm", options=("visual",))
        filtered = index.search("rain storm", options=("visual",), only=parse_filter(sent), limit=limit)

    fits = {video(number) for number, (facts, _, _) in enumerate(library) if _fits(facts, sent)}
    expected = [moment for moment in everything.moments if moment.video_id in fits]
    assert list(filtered.moments) == expected[:limit]
    assert all(moment.span == Span(0.0, 4.0) for moment in filtered.moments)
