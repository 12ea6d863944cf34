"""Cutting text into the words it is searched by."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinodex.stores.sql.words import LONGEST_TOKEN, Term, any_of, phrase, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", ["hello", "world"]),
        ("Straße ÉCOLE", ["strasse", "ecole"]),
        ("日本語", ["日本", "本語", "語"]),
        ("日", ["日"]),
        ("iPhone15の発売", ["iphone15", "の発", "発売", "売"]),
        ("가나 다", ["가나", "나", "다"]),
        ("ガ", ["ガ"]),
        ("a_b-c", ["a", "b", "c"]),
        ("½ ①", ["12", "1"]),
        ("", []),
        ("\0 🎬 …", []),
    ],
)
def test_words_are_cut_and_folded(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_a_query_may_end_inside_a_run() -> None:
    assert phrase("本語") == [Term("本語", "本語")]
    assert phrase("本") == [Term("本", "本", is_prefix=True)]
    assert [term.token for term in phrase("日本 2024")] == ["日本", "本", "2024"]


def test_a_word_asked_for_twice_counts_once() -> None:
    assert [term.text for term in any_of("The red, the RED car")] == ["The", "red", "car"]


@given(st.text())
def test_tokens_hold_nothing_a_database_could_take_for_syntax(text: str) -> None:
    for token in tokens(text):
        assert 0 < len(token) <= LONGEST_TOKEN
        assert all(unicodedata.category(character)[0] in "LNM" for character in token)


@given(st.text(alphabet="aÉß日本ガ가 -'0"))
def test_folding_again_changes_nothing(text: str) -> None:
    first = tokens(text)

    assert [again for token in first if len(token) > 1 and token.isascii() for again in tokens(token)] == [
        token for token in first if len(token) > 1 and token.isascii()
    ]


@given(st.text())
def test_a_text_holds_every_word_of_itself(text: str) -> None:
    stored = frozenset(tokens(text))

    assert all(term.is_in(stored) for term in any_of(text))
    assert all(term.is_in(stored) for term in phrase(text))
