import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinodex.retrieval.words import FoldedText, QueryWords, held_words, holds_phrase


@pytest.mark.parametrize(
    ("line", "word", "spelling"),
    [
        ("Das CAFÉ am Eck", "cafe", "CAFÉ"),
        (unicodedata.normalize("NFD", "ein café."), "cafe", unicodedata.normalize("NFD", "café")),
        ("\uff21\uff22\uff23 ok", "abc", "\uff21\uff22\uff23"),
        ("हिन्दी में समाचार", "हिन्दी", "हिन्दी"),
        ("die große Straße", "strasse", "Straße"),
        ("ein ﬁlm", "film", "ﬁlm"),
        ("東京タワーです", "タワー", "タワー"),
        ("STOP!", "stop", "STOP"),
    ],
)
def test_words_are_compared_folded_and_shown_as_written(line: str, word: str, spelling: str) -> None:
    folded = FoldedText.of(line)

    wanted = held_words(QueryWords.of(word).asked, folded)

    assert wanted
    assert folded.spelled(wanted) == (spelling,)


def test_a_word_is_not_found_inside_another_where_spaces_part_words() -> None:
    assert not held_words(("art",), FoldedText.of("the cart started"))


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert QueryWords.of("Who plays the drums?").content == ("plays", "drums")
    assert QueryWords.of("who is it").asked == ("who", "is", "it")


def test_a_store_is_asked_in_the_spelling_of_the_query() -> None:
    assert QueryWords.of("Wo ist das Café in Köln?").asked_as_written == "Wo ist das Café Köln"


def test_a_phrase_is_all_words_next_to_each_other_in_order() -> None:
    line = FoldedText.of("A penny saved, is a penny earned")

    assert holds_phrase(("penny", "saved"), line)
    assert not holds_phrase(("saved", "penny"), line)
    assert not holds_phrase(("enny", "saved"), line)


@given(st.text())
def test_every_word_of_a_text_is_held_and_spelled_by_it(text: str) -> None:
    folded = FoldedText.of(text)
    words = QueryWords.of(text).every

    assert held_words(words, folded) == frozenset(words)
    assert all(spelling in text for spelling in folded.spelled(words))
    assert bool(folded.spelled(words)) == bool(words)
