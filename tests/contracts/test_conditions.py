"""Conditions on videos, held against a look at every video."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.builders import a_video, an_index

from kinodex.domain.listing import Condition
from kinodex.domain.videos import MetadataValue, Video
from kinodex.stores.sql.records import SqlRecords

KEYS = ("a", "b", "A", "a.b", "ключ")
TEXTS = (
    "",
    "3",
    "3.0",
    "-2.5",
    "1e3",
    "true",
    "false",
    "True",
    "x",
    "X",
    "é",
    "東",
    "it's",
    "%",
    "nan",
    "inf",
    "٣",
)
NUMBERS = (0, 1, 3, 3.0, -2.5, 1000, 2**40, 0.1)

texts = st.sampled_from(TEXTS)
numbers = st.sampled_from(NUMBERS)
scalars = st.one_of(texts, numbers, st.booleans())
stored_values = st.one_of(scalars, st.lists(texts, max_size=3).map(tuple))
metadata = st.dictionaries(st.sampled_from(KEYS), stored_values, max_size=3)
fields = st.sampled_from(KEYS).map(lambda key: f"metadata.{key}")
conditions = st.one_of(
    st.builds(Condition, fields, st.just("eq"), scalars),
    st.builds(Condition, fields, st.sampled_from(["gte", "lte"]), st.one_of(texts, numbers)),
    st.builds(Condition, fields, st.just("in"), st.lists(texts, max_size=3).map(tuple)),
    st.builds(Condition, st.just("duration_s"), st.sampled_from(["eq", "gte", "lte"]), numbers),
    st.builds(Condition, st.just("width_px"), st.sampled_from(["eq", "gte", "lte"]), numbers),
    st.builds(Condition, st.just("filename"), st.sampled_from(["eq", "gte", "lte"]), texts),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stored=st.lists(metadata, min_size=1, max_size=5), asked=st.lists(conditions, min_size=1, max_size=2))
def test_a_condition_finds_what_a_look_at_every_video_finds(
    records: SqlRecords, stored: list[dict[str, MetadataValue]], asked: list[Condition]
) -> None:
    index = an_index()
    videos = [
        a_video(index.id, user_metadata=each, filename=TEXTS[place]) for place, each in enumerate(stored)
    ]
    with records.write() as transaction:
        transaction.indexes.add(index)
        for video in videos:
            transaction.videos.add(video)
        found = transaction.videos.matching(index.id, asked)

    assert set(found) == {video.id for video in videos if all(fulfils(video, each) for each in asked)}


@pytest.mark.parametrize(
    ("stored", "asked", "is_found"),
    [
        (3, Condition("metadata.k", "eq", "3"), True),
        ("3", Condition("metadata.k", "eq", 3), True),
        (True, Condition("metadata.k", "eq", "true"), True),
        ("true", Condition(field="metadata.k", comparison="eq", value=True), True),
        (False, Condition("metadata.k", "eq", "false"), True),
        (False, Condition("metadata.k", "eq", "true"), False),
        (1, Condition(field="metadata.k", comparison="eq", value=True), False),
        (True, Condition("metadata.k", "eq", 1), False),
        (("x", "y"), Condition("metadata.k", "eq", "y"), True),
        (("x", "y"), Condition("metadata.k", "in", ("z", "y")), True),
        (10, Condition("metadata.k", "gte", "9"), True),
        ("10", Condition("metadata.k", "gte", "9"), False),
        (10**400, Condition("metadata.k", "gte", 0), False),
        (3, Condition("metadata.other", "lte", 3), False),
    ],
)
def test_metadata_compares_with_its_stored_type(
    records: SqlRecords, stored: MetadataValue, asked: Condition, is_found: bool
) -> None:
    index = an_index()
    video = a_video(index.id, user_metadata={"k": stored})
    with records.write() as transaction:
        transaction.indexes.add(index)
        transaction.videos.add(video)
        assert transaction.videos.matching(index.id, [asked]) == ([video.id] if is_found else [])


def fulfils(video: Video, condition: Condition) -> bool:
    if condition.field.startswith("metadata."):
        return _metadata_fulfils(video.user_metadata, condition)
    columns: Mapping[str, Any] = {
        "duration_s": video.facts.duration_s,
        "width_px": video.facts.width_px,
        "filename": video.filename,
    }
    return _ordered(condition.comparison, columns[condition.field], condition.value)


def _metadata_fulfils(stored: Mapping[str, MetadataValue], condition: Condition) -> bool:
    value = stored.get(condition.field.removeprefix("metadata."))
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return any(_fits(condition.comparison, each, want) for each in values for want in wanted)


def _fits(comparison: str, stored: object, wanted: object) -> bool:
    if isinstance(stored, bool):
        return comparison in {"eq", "in"} and (wanted is stored or wanted == str(stored).lower())
    if isinstance(stored, str):
        if isinstance(wanted, str):
            return _ordered(comparison, stored, wanted)
        return comparison in {"eq", "in"} and stored == _as_text(wanted)
    if isinstance(wanted, bool) or (isinstance(wanted, str) and not _reads_as_number(wanted)):
        return False
    return _ordered(comparison, stored, float(wanted))


def _ordered(comparison: str, left: Any, right: Any) -> bool:
    return bool(
        {"eq": left == right, "in": left == right, "gte": left >= right, "lte": left <= right}[comparison]
    )


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _reads_as_number(text: str) -> bool:
    return text in {"3", "3.0", "-2.5", "1e3"}
