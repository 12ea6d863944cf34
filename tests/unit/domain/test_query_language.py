"""The language people write queries in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinodex.domain import errors
from kinodex.domain.options import Modality
from kinodex.domain.queries import DEEPEST, And, Leaf, Node, Not, Or, Then
from kinodex.domain.query_language import is_plain, parse_query, print_query

GOAL, SAVE, CAT = Leaf(text="goal"), Leaf(text="save"), Leaf(text="cat")
SAID = Leaf(text="what a save", modality=Modality.SPEECH)
WRITTEN = Leaf(text="replay", modality=Modality.SCREEN_TEXT)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ('"goal" then:10s said:"what a save"', Then((GOAL, SAID), 10.0)),
        ('goal then:10s said:"what a save"', Then((GOAL, SAID), 10.0)),
        (
            '"goal" then:10s said:"what a save" not text:"replay"',
            Not(Then((GOAL, SAID), 10.0), WRITTEN),
        ),
        ('"goal" or "save" not text:replay', Not(Or((GOAL, SAVE)), WRITTEN)),
        ('"goal" or ("save" not text:replay)', Or((GOAL, Not(SAVE, WRITTEN)))),
        ('"goal" and not "save"', Not(GOAL, SAVE)),
        ('"goal" not "save" not "cat"', Not(Not(GOAL, SAVE), CAT)),
        ('"goal" "save"', And((GOAL, SAVE))),
        ('"goal" and "save" "cat"', And((GOAL, SAVE, CAT))),
        ('"goal" and:1.5m "save"', And((GOAL, SAVE), 90.0)),
        ('"goal" and "save" and:5s "cat"', And((And((GOAL, SAVE)), CAT), 5.0)),
        ('"goal" or "save" then "cat"', Or((GOAL, Then((SAVE, CAT))))),
        ('"goal" then "save" and "cat"', Then((GOAL, And((SAVE, CAT))))),
        ('"goal" then:500ms "save" then:500ms "cat"', Then((GOAL, SAVE, CAT), 0.5)),
        ('("goal" or "save") then "cat"', Then((Or((GOAL, SAVE)), CAT))),
        ('"goal" THEN "save"', Then((GOAL, SAVE))),
        ('"say \\"goal\\" \\\\ now"', Leaf(text='say "goal" \\ now')),
        ("seen:goal", Leaf(text="goal", modality=Modality.VISUAL)),
        (
            'exactly:"what a save"',
            Leaf(text="what a save", modality=Modality.SPEECH, conversation_option="exact_match"),
        ),
        ("picture:1 then:1h picture:2,3", Then((Leaf(pictures=(1,)), Leaf(pictures=(2, 3))), 3600.0)),
        ('5" pipe said:save', And((Leaf(text='5" pipe'), Leaf(text="save", modality=Modality.SPEECH)))),
        (
            "salt and pepper said:save",
            And((Leaf(text="salt and pepper"), Leaf(text="save", modality=Modality.SPEECH))),
        ),
    ],
)
def test_a_query_is_read_as_its_tree(query: str, tree: Node) -> None:
    assert parse_query(query) == tree


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "to be or not to be, and then again",
        "GOAL AND SAVE",
        'he said "no" and left',
        "cats and (small) dogs",
        "and then: he falls",
        "text: what is written",
        "at 10:30 on https://example.com/said",
        'a 5" screen and a 7" one',
        '"one" and two "three',
    ],
)
def test_an_ordinary_sentence_stays_as_it_is(query: str) -> None:
    tree = parse_query(query)

    assert tree == Leaf(text=query)
    assert is_plain(tree)


@pytest.mark.parametrize(
    ("query", "column", "reason"),
    [
        ('"goal" then:ten "save"', 13, "expected a duration like 10s after then:"),
        ('"goal" then:10 "save"', 13, "expected a duration like 10s after then:"),
        ('"goal" then: said:"save"', 13, "expected a duration like 10s after then:"),
        ('"goal" then:25h "save"', 13, "90000 seconds are more than the maximum of 86400"),
        ('not text:"replay"', 1, "not needs something before it"),
        ('"goal" or not "save"', 11, "not needs something before it"),
        ('"goal" and "save" or', 21, "expected words, a quote or a field after or"),
        ('or "goal"', 1, "expected words, a quote or a field here"),
        ('"goal" then then:5s "save"', 13, "expected words, a quote or a field after then"),
        ('said:"what a save', 1, "the quote that opens here is never closed"),
        ('"goal" and "save', 12, "the quote that opens here is never closed"),
        ('("goal" or said:save', 1, "the parenthesis that opens here is never closed"),
        ('said:save) "goal"', 10, "this parenthesis closes nothing"),
        ("said:save ()", 12, "expected words, a quote or a field here"),
        ('sad:"what a save"', 1, "there is no field sad; the fields are said, exactly, text, seen, picture"),
        ('"goal" said:"  "', 8, "there is nothing after said:"),
        ('"goal" and ""', 12, "there is nothing between these quotes"),
        ("said:(goal)", 1, "there is nothing after said:"),
        ("picture:0", 9, "expected the number of a picture"),
        (f"{'(' * 9}said:x{')' * 9}", 9, f"parentheses are nested 9 deep and the maximum is {DEEPEST}"),
    ],
)
def test_what_breaks_the_grammar_is_told_with_its_column(query: str, column: int, reason: str) -> None:
    with pytest.raises(errors.QueryUnreadable) as refused:
        parse_query(query)

    assert refused.value.reason.startswith(reason)
    assert refused.value.column == column
    assert f"column {column}: {reason}" in str(refused.value)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
WINDOWS = st.none() | st.integers(0, 86_400_000).map(lambda ms: ms / 1000)


@st.composite
def exact_leaves(draw: st.DrawFn) -> Leaf:
    return Leaf(text=draw(TEXTS), modality=Modality.SPEECH, conversation_option="exact_match")


LEAVES = st.one_of(
    st.builds(Leaf, text=TEXTS, modality=st.none() | st.sampled_from(Modality)),
    exact_leaves(),
    st.builds(Leaf, pictures=st.lists(st.integers(1, 10), min_size=1, max_size=3).map(tuple)),
)


def _several(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    operands = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, operands, WINDOWS),
        st.builds(Then, operands, WINDOWS),
        st.builds(Or, operands),
        st.builds(Not, nodes, nodes),
    )


@settings(max_examples=60)
@given(st.recursive(LEAVES, _several, max_leaves=6))
def test_a_printed_tree_is_read_as_itself(tree: Node) -> None:
    assert parse_query(print_query(tree)) == tree


@settings(max_examples=60)
@given(st.text('"ab:()\\ tx10s', max_size=30) | st.text(max_size=20))
def test_any_text_is_read_or_refused_with_a_column_of_it(query: str) -> None:
    column, tree = 1, None
    try:
        tree = parse_query(query)
    except errors.QueryUnreadable as refused:
        column = refused.column

    assert 1 <= column <= len(query) + 1
    assert tree is None or is_plain(tree) or parse_query(print_query(tree)) == tree
