from dataclasses import replace

from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.retrieval.confidence import HIGH, LOW, MEDIUM
from kinodex.retrieval.lexical import judge_lines
from kinodex.retrieval.words import QueryWords
from kinodex.stores.protocols import TextHit, TextLine

from .conftest import video


def judged(query: str, *lines: str, exact: bool = False) -> list[float]:
    """Probabilities of lines that stand ten seconds apart."""
    hits = [hit(text, start_s=10.0 * place) for place, text in enumerate(lines)]
    return [match.probability for match in judge_lines(hits, QueryWords.of(query), exact=exact)]


def hit(
    text: str, *, start_s: float = 0.0, end_s: float | None = None, modality: Modality = Modality.SPEECH
) -> TextHit:
    span = Span(start_s, start_s + 3.0 if end_s is None else end_s)
    line = TextLine(video_id=video(1), modality=modality, number=0, span=span, text=text)
    return TextHit(line, rank=1.0, coverage=0.5, words=())


def test_the_phrase_itself_is_more_likely_than_all_words_in_disorder() -> None:
    phrase, disorder = judged("penny saved", "a penny saved is good", "saved a good penny there")

    assert phrase > disorder >= HIGH + 0.1


def test_a_word_read_wrong_is_less_likely_than_the_word_and_more_than_none() -> None:
    query = QueryWords.of("Payment reminder")
    exact, wrong, none = (
        replace(hit(text, start_s=10.0 * place, modality=Modality.SCREEN_TEXT), alike=alike)
        for place, (text, alike) in enumerate(
            [
                ("Payment Reminder", ()),
                ("Paymemt Reminder", (("payment", "paymemt"),)),
                ("the Reminder", ()),
            ]
        )
    )

    said, read, partly = judge_lines([exact, wrong, none], query, exact=False)

    assert said.probability > read.probability > partly.probability
    assert (said.alike, partly.alike) == ((), ())
    assert (read.words, read.alike) == (("Reminder",), (("Payment", "Paymemt"),))


def test_more_words_are_more_likely() -> None:
    (one,), (two,), (three,) = (
        judged("open heart surgery", line) for line in ("heart rate", "open heart", "surgery, open heart")
    )

    assert one < LOW < MEDIUM < two < three


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    common = ["the patient waits here"] * 30
    rare, *others = judged("patient aneurysm", "an aneurysm was seen", *common)

    assert rare >= MEDIUM
    assert max(others) < LOW


def test_one_word_is_medium_and_less_where_every_line_has_it() -> None:
    (alone,) = judged("aneurysm", "an aneurysm was seen")
    crowd = judged("patient", *["the patient waits here"] * 400)

    assert HIGH > alone > max(crowd) >= MEDIUM


def test_stop_words_alone_are_never_more_than_low() -> None:
    for probability in judged("who is it", "who is it", "is it", "it", exact=False):
        assert probability < MEDIUM


def test_exact_words_are_certain_whatever_they_are() -> None:
    assert judged("drums", "the drums of war", exact=True)[0] > HIGH
    assert judged("to be or not to be", "to be or not to be", exact=True)[0] > HIGH
    assert judged("it is", "it is late", exact=True)[0] < MEDIUM


def test_a_line_that_is_just_the_query_comes_before_one_that_mentions_it() -> None:
    just, mention = judged("penny saved", "penny saved", "he said a penny saved is a penny earned")

    assert just > mention


def test_a_title_in_two_rows_counts_as_one() -> None:
    query = QueryWords.of("full moon party")
    rows = [
        hit("FULL MOON", start_s=0.0, end_s=5.0, modality=Modality.SCREEN_TEXT),
        hit("Party", start_s=0.2, end_s=5.0, modality=Modality.SCREEN_TEXT),
        hit("Party", start_s=60.0, end_s=65.0, modality=Modality.SCREEN_TEXT),
    ]

    first, second, elsewhere = (match.probability for match in judge_lines(rows, query, exact=False))

    assert min(first, second) > HIGH
    assert elsewhere < MEDIUM


def test_a_caption_that_stands_for_an_hour_gains_nothing_from_what_passes() -> None:
    query = QueryWords.of("breaking news")
    rows = [
        hit("NEWS", start_s=0.0, end_s=3600.0, modality=Modality.SCREEN_TEXT),
        hit("Breaking", start_s=60.0, end_s=65.0, modality=Modality.SCREEN_TEXT),
    ]

    hour, passing = (match.probability for match in judge_lines(rows, query, exact=False))

    assert passing > HIGH > MEDIUM > hour


def test_a_sentence_cut_by_a_pause_counts_as_one_and_a_later_one_does_not() -> None:
    query = QueryWords.of("open heart surgery")
    near = [hit("an open heart", start_s=0.0, end_s=3.0), hit("surgery today", start_s=3.5, end_s=5.0)]
    far = [hit("an open heart", start_s=0.0, end_s=3.0), hit("surgery today", start_s=9.0, end_s=11.0)]

    assert min(match.probability for match in judge_lines(near, query, exact=False)) > HIGH
    assert max(match.probability for match in judge_lines(far, query, exact=False)) < HIGH


def test_parts_of_words_found_in_scripts_without_spaces_count_by_their_share() -> None:
    (probability,) = judged("東京大阪", "京大の話")

    assert LOW < probability < MEDIUM
