"""Combined queries over real stores."""

import pytest

from kinodex.domain.options import Modality
from kinodex.domain.queries import Leaf
from kinodex.domain.query_language import parse_query
from kinodex.domain.timeline import Span
from kinodex.retrieval.confidence import score_of
from kinodex.retrieval.filters import parse_filter

from .conftest import StoredIndex, video

ONE, TWO = video(1), video(2)
V11 = {"generation": "v1.1", "options": ("visual", "conversation", "text_in_video")}


def found(index: StoredIndex, query: str) -> list[tuple[str, float, float]]:
    moments = index.search(tree=parse_query(query), **V11).moments
    return [(moment.video_id, moment.span.start_s, moment.span.end_s) for moment in moments]


def test_a_tree_of_one_leaf_is_the_search_for_its_words(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "money and rain"), (10.0, 14.0, "it will rain"))
    index.show(TWO, (0.0, 8.0, "rain", 0.7))

    plain, combined = index.search("rain", **V11), index.search(tree=Leaf(text="rain"), **V11)

    assert [(each.video_id, each.span, each.score, each.evidence) for each in combined.moments] == [
        (each.video_id, each.span, each.score, each.evidence) for each in plain.moments
    ]


def test_then_finds_what_is_said_after_what_is_shown(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9))
    index.say(ONE, (9.0, 12.0, "the drums"))
    index.say(TWO, (0.0, 3.0, "the drums"))
    index.show(TWO, (6.0, 12.0, "pig", 0.9))

    assert found(index, 'seen:pig then:5s said:"drums"') == [(ONE, 0.0, 12.0)]
    assert found(index, 'seen:pig then:2s said:"drums"') == []
    assert {each[0] for each in found(index, 'seen:pig and:5s said:"drums"')} == {ONE, TWO}


def test_a_moment_tells_which_part_is_where_and_multiplies_their_probabilities(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.6))
    index.say(ONE, (9.0, 12.0, "the drums"))

    (moment,) = index.search(tree=parse_query('seen:pig then:5s said:"drums"'), **V11).moments

    seen, said = moment.parts
    assert (seen.query, seen.span) == ('seen:"pig"', Span(0.0, 6.0))
    assert (said.query, said.span) == ('said:"drums"', Span(9.0, 12.0))
    assert moment.score == pytest.approx(score_of(seen.probability * said.probability), abs=0.02)
    assert {each.modality for each in moment.evidence} == {Modality.VISUAL, Modality.SPEECH}
    assert moment.options == ("conversation", "visual")


def test_not_leaves_out_what_is_written_at_the_same_time(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9), (20.0, 26.0, "pig", 0.9))
    index.write(ONE, (21.0, 25.0, "instant replay"))

    assert found(index, 'seen:pig not text:"instant replay"') == [(ONE, 0.0, 6.0)]
    assert len(found(index, "seen:pig")) == 2


def test_a_field_looks_nowhere_else(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "drums"))
    index.write(ONE, (10.0, 14.0, "drums"))
    index.show(ONE, (20.0, 26.0, "drums", 0.9))

    for query, start_s in (("said:drums", 0.0), ("text:drums", 10.0), ("seen:drums", 20.0)):
        assert [start for _, start, _ in found(index, query)] == [start_s]


def test_exactly_wants_the_words_in_their_order(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain and money"), (10.0, 14.0, "Money and rain"))

    assert found(index, 'exactly:"money and rain"') == [(ONE, 10.0, 14.0)]


def test_a_part_with_nothing_to_find_leaves_and_empty_and_or_as_it_is(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "drums"))

    assert found(index, "said:drums said:zebra") == []
    assert found(index, "said:drums then:1h said:zebra") == []
    assert found(index, 'said:drums or said:"zebra"') == [(ONE, 0.0, 4.0)]
    assert found(index, "said:drums not said:zebra") == [(ONE, 0.0, 4.0)]
    assert found(index, "said:zebra not said:drums") == []


def test_a_filter_holds_for_every_part(index: StoredIndex) -> None:
    for each, kind in ((ONE, "a"), (TWO, "b")):
        index.add(each, kind=kind)
        index.say(each, (0.0, 4.0, "drums"), (5.0, 9.0, "rain"))
    query = parse_query("said:drums then:5s said:rain")
    moments = index.search(tree=query, only=parse_filter({"kind": "b"}), **V11).moments

    assert {moment.video_id for moment in moments} == {TWO}
