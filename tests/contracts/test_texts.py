# ruff: noqa: RUF001  text in many scripts is what this is about
"""Search by word, in every database alike."""

import random
from collections.abc import Sequence

import pytest
from tests.contracts.builders import a_video, an_index

from kinodex.domain.ids import VideoId, new_id
from kinodex.domain.indexes import Index
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Box, Span
from kinodex.stores.protocols import TextHit, TextLine
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.sql.words import tokens

SPEECH, SCREEN = Modality.SPEECH, Modality.SCREEN_TEXT


class Library:
    """An index with a few videos, whose lines are added and found with few words."""

    def __init__(self, records: SqlRecords) -> None:
        self.records = records
        self.index: Index = an_index()
        self.videos: list[VideoId] = []
        with records.write() as transaction:
            transaction.indexes.add(self.index)

    def add(self, *texts: str, modality: Modality = SPEECH) -> VideoId:
        video = a_video(self.index.id)
        lines = [
            TextLine(
                video_id=video.id,
                modality=modality,
                number=number,
                span=Span(number, number + 1.0),
                text=text,
            )
            for number, text in enumerate(texts)
        ]
        with self.records.write() as transaction:
            transaction.videos.add(video)
            transaction.texts.add(self.index.id, lines)
        self.videos.append(video.id)
        return video.id

    def hits(
        self,
        query: str,
        *,
        exact: bool = False,
        modality: Modality = SPEECH,
        videos: Sequence[VideoId] | None = None,
        limit: int = 10,
    ) -> Sequence[TextHit]:
        with self.records.read() as transaction:
            return transaction.texts.find(
                self.index.id, query, modality=modality, exact=exact, videos=videos, limit=limit
            )

    def found(self, query: str, **options) -> list[str]:
        return [hit.line.text for hit in self.hits(query, **options)]


@pytest.fixture
def library(records: SqlRecords) -> Library:
    return Library(records)


def test_lines_come_back_in_order_of_time(records: SqlRecords, library: Library) -> None:
    video = a_video(library.index.id)
    lines = [
        TextLine(
            video_id=video.id,
            modality=SCREEN,
            number=0,
            span=Span(5.0, 6.5),
            text="b",
            box=Box(0, 0.1, 0.5, 1),
        ),
        TextLine(video_id=video.id, modality=SCREEN, number=1, span=Span(1.0, 2.0), text="a"),
    ]
    with records.write() as transaction:
        transaction.videos.add(video)
        transaction.texts.add(library.index.id, lines)

    with records.read() as transaction:
        texts = transaction.texts
        assert list(texts.lines(video.id, SCREEN)) == [lines[1], lines[0]]
        assert list(texts.lines(video.id, SPEECH)) == []
        assert list(texts.lines(video.id, SCREEN, Span(2.0, 6.0))) == [lines[0]]
        assert list(texts.lines(video.id, SCREEN, Span(6.5, 9.0))) == []


def test_any_word_finds_and_more_words_rank_higher(library: Library) -> None:
    library.add("the red car", "a red house", "nothing at all", "the red car stops")

    hits = library.hits("red car")

    assert {hit.line.text for hit in hits[:2]} == {"the red car", "the red car stops"}
    assert [hit.coverage for hit in hits] == [1.0, 1.0, 0.5]
    assert [hit.words for hit in hits] == [("red", "car"), ("red", "car"), ("red",)]
    assert hits[0].rank >= hits[1].rank > hits[2].rank


def test_an_exact_query_wants_all_words_in_a_row(library: Library) -> None:
    library.add("a red car", "a car, red", "red big car", "Red-Car!")

    assert sorted(library.found("red car", exact=True)) == ["Red-Car!", "a red car"]
    assert library.hits("red car", exact=True)[0].coverage == 1.0


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Größe der Straße", "GROSSE DER strasse"),
        ("café crème", "CAFE\u0301 creme"),
        ("ｆｕｌｌ　ｗｉｄｔｈ １２", "full width 12"),
        ("ﬁne ﬂow", "fine flow"),
        ("Всё хорошо", "все ХОРОШО"),
        ("Ἀθῆναι", "αθηναι"),
        ("İstanbul", "istanbul"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("مَرْحَبًا", "مرحبا"),
        ("don't stop", "don’t stop"),
        ("e-mail: a@b.example 3.5%", "mail a b example 3 5"),
    ],
)
def test_case_accents_and_width_do_not_matter(library: Library, text: str, query: str) -> None:
    library.add("something else", text)

    assert library.found(query, exact=True) == [text]
    assert library.found(query) == [text]
    assert library.hits(query)[0].coverage == 1.0


@pytest.mark.parametrize(
    ("text", "query", "is_found"),
    [
        ("東京都に住んでいます", "京都", True),
        ("東京都に住んでいます", "住んで", True),
        ("東京都に住んでいます", "東", True),
        ("東京都に住んでいます", "す", True),
        ("東京都に住んでいます", "京東", False),
        ("2024年の映画", "2024年", True),
        ("2024年の映画", "映画", True),
        ("日本2024年", "日本2024", True),
        ("日本人2024年", "日本2024", False),
        ("ガラス", "カラス", False),
        ("ｶﾞﾗｽ", "ガラス", True),
        ("안녕하세요 여러분", "녕하세", True),
        ("안녕하세요 여러분", "안녕 여러분", False),
        ("我们在北京", "北京", True),
        ("我们在北京", "京北", False),
    ],
)
def test_runs_of_east_asian_characters_are_found_at_any_place(
    library: Library, text: str, query: str, is_found: bool
) -> None:
    library.add(text, "別の行")

    assert library.found(query, exact=True) == ([text] if is_found else [])


@pytest.mark.parametrize(
    "query", ["", "   ", "!?…", '"', "'", '""', "*", "(", ")", "-", ":", "\\", "\0", "🎬", "%", "_", ";--"]
)
def test_a_query_without_words_finds_nothing(library: Library, query: str) -> None:
    library.add("some words", query)

    assert library.hits(query) == []
    assert library.hits(query, exact=True) == []


@pytest.mark.parametrize(
    "query",
    [
        'say "hello',
        "hello*",
        "NEAR(hello)",
        "hello OR",
        "hello AND NOT",
        "words:hello",
        "^hello",
        "{hello}",
        "hello' OR '1'='1",
        "hello\\",
        "hello & | ! <-> :*",
        "hello:A",
        "hello\0there",
    ],
)
def test_operators_of_a_database_are_no_operators_here(library: Library, query: str) -> None:
    library.add("hello there")

    assert library.found(query) == ["hello there"]
    library.hits(query, exact=True)


@pytest.mark.parametrize("word", ["and", "or", "not", "near", "the", "of"])
def test_words_that_mean_something_to_a_database_are_words(library: Library, word: str) -> None:
    library.add(f"x {word} y", "x y")

    assert library.found(f"{word} y", exact=True) == [f"x {word} y"]


def test_a_part_of_a_word_is_not_the_word(library: Library) -> None:
    library.add("carpet", "scar", "cars")

    assert library.found("car") == []


def test_only_the_index_and_modality_asked_for_are_searched(records: SqlRecords, library: Library) -> None:
    other = Library(records)
    library.add("hello")
    other.add("hello")
    screen = library.add("hello", modality=SCREEN)

    assert [hit.line.video_id for hit in library.hits("hello", modality=SCREEN)] == [screen]
    assert len(library.hits("hello")) == 1
    assert library.hits(library.index.id) == []


def test_the_restriction_to_videos_comes_before_the_cut(library: Library) -> None:
    for _ in range(5):
        library.add("hello hello hello")
    last = library.add("hello and many other words that make this line the worst of all")

    assert [hit.line.video_id for hit in library.hits("hello", videos=[last], limit=1)] == [last]
    assert len(library.hits("hello", videos=library.videos[:2])) == 2
    assert library.hits("hello", videos=[]) == []
    assert library.hits("hello", videos=[VideoId(new_id())]) == []
    assert len(library.hits("hello", limit=3)) == 3


@pytest.mark.parametrize(
    ("read", "asked"),
    [
        ("paymemt due", "payment"),
        ("Paymen due", "PAYMENT"),
        ("0pening hours", "opening"),
        ("envir0nmemtal law", "environmental"),
        ("GRÖSSEM", "größen"),
        ("ｐａｙｍｅｍｔ", "payment"),
        ("Москба", "москва"),
    ],
)
def test_screen_text_is_found_where_letters_were_read_wrong(library: Library, read: str, asked: str) -> None:
    library.add(read, "something else", modality=SCREEN)
    library.add(read)

    (hit,) = library.hits(asked, modality=SCREEN)

    assert (hit.line.text, hit.words, hit.coverage) == (read, (), 0.0)
    assert hit.alike == ((tokens(asked)[0], tokens(read)[0]),)
    assert library.hits(asked, modality=SCREEN, exact=True) == []
    assert library.hits(asked) == []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("platform 12345", "platfomm 12346"),
        ("gate8a gate", "gate9a"),
        ("car", "cat"),
        ("paynnemt", "payment"),
        ("東京都庁", "東京都方"),
        ("entirely", "different"),
    ],
)
def test_other_words_and_numbers_are_no_reading_errors(library: Library, written: str, asked: str) -> None:
    library.add(written, modality=SCREEN)

    found = {word for hit in library.hits(asked, modality=SCREEN) for _, word in hit.alike}

    assert not found & {"12345", "gate8a", "car", "paynnemt", "entirely"}


def test_lines_with_the_word_itself_come_before_those_with_letters_wrong(library: Library) -> None:
    library.add("paymemt", *["payment of a long and tiresome bill"] * 3, "nothing", modality=SCREEN)

    hits = library.hits("payment", modality=SCREEN)

    assert [hit.alike for hit in hits] == [(), (), (), (("payment", "paymemt"),)]
    assert [hit.coverage for hit in hits] == [1.0, 1.0, 1.0, 0.0]
    assert len(library.hits("payment", modality=SCREEN, limit=2)) == 2


def test_a_line_says_of_each_word_whether_it_was_read_wrong(library: Library) -> None:
    video = library.add("open heart surgerv", modality=SCREEN)
    other = library.add("heart surgerv", modality=SCREEN)

    (hit,) = library.hits("heart surgery", modality=SCREEN, videos=[video])

    assert (hit.words, hit.alike) == (("heart",), (("surgery", "surgerv"),))
    assert [each.line.video_id for each in library.hits("surgery", modality=SCREEN, videos=[other])] == [
        other
    ]


def test_words_of_other_indexes_do_not_matter(records: SqlRecords, library: Library) -> None:
    Library(records).add("paymemt", modality=SCREEN)

    assert library.hits("payment", modality=SCREEN) == []


def test_very_long_words_are_found_by_their_beginning(library: Library) -> None:
    library.add("x" * 5000)

    assert len(library.hits("x" * 4000)) == 1


def test_what_is_found_is_what_a_look_at_every_line_finds(library: Library) -> None:
    chance = random.Random(7)
    words = ["red", "blue", "the", "car", "東京", "京都", "a", "2024"]
    texts = [" ".join(chance.choices(words, k=chance.randint(1, 6))) for _ in range(60)]
    library.add(*texts)

    for _ in range(25):
        query = " ".join(chance.choices(words, k=chance.randint(1, 3)))
        assert set(library.found(query, limit=100)) == {
            text for text in texts if _has_any(tokens(text), query)
        }, query
        assert set(library.found(query, exact=True, limit=100)) == {
            text for text in texts if f" {query} " in f" {text} "
        }, query


def _has_any(stored: list[str], query: str) -> bool:
    # A pair at the end of a run stands for its last character too.
    return any(word in stored for word in tokens(query) if len(word) > 1 or word.isascii())
