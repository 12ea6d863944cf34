"""The whole search, over real stores."""

import numpy as np
import pytest

from kinodex.domain import errors
from kinodex.domain.moments import Confidence
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.timeline import Box, Span
from kinodex.retrieval.filters import parse_filter
from kinodex.retrieval.notes import AUDIO, LOGO

from .conftest import StoredIndex, video

ONE, TWO, THREE = video(1), video(2), video(3)
RED = np.full((64, 64, 3), (250, 5, 5), np.uint8)
V11 = {"generation": "v1.1", "options": ("visual", "conversation", "text_in_video")}


def test_a_spoken_word_is_found_with_its_line_its_span_and_its_spelling(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "Good evening."), (4.0, 8.5, "The Drums are loud, the drums!"))

    (moment,) = index.search("drums", **V11).moments

    assert (moment.video_id, moment.span, moment.options) == (ONE, Span(4.0, 8.5), ("conversation",))
    lexical = next(each for each in moment.evidence if each.how == "lexical")
    assert lexical.text == "The Drums are loud, the drums!"
    assert lexical.matched_words == ("Drums", "drums")
    assert lexical.engine == "word-index"
    assert moment.best_frame_s == pytest.approx(6.25)


def test_a_line_that_means_it_is_found_without_its_words(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "Pay in coins."), (10.0, 14.0, "It will rain."))

    (moment,) = index.search("cash", **V11).moments

    (evidence,) = moment.evidence
    assert (evidence.how, evidence.text, evidence.engine) == ("semantic", "Pay in coins.", "few-words")
    assert evidence.similarity == pytest.approx(0.95, abs=1e-3)
    assert evidence.matched_words == ()


def test_what_is_shown_and_said_at_once_comes_before_what_is_only_shown(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 8.0, "pig", 0.6))
    index.show(TWO, (0.0, 8.0, "pig", 0.6))
    index.say(TWO, (2.0, 6.0, "what a pig"))

    outcome = index.search("pig", **V11)

    assert [moment.video_id for moment in outcome.moments] == [TWO, ONE]
    assert outcome.moments[0].options == ("conversation", "visual")
    assert outcome.moments[0].score > outcome.moments[1].score
    assert outcome.moments[0].best_frame_s == pytest.approx(4.0)


def test_words_and_meaning_of_one_line_count_once(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain"))

    moment = index.search("rain", **V11).moments[0]

    assert {each.how for each in moment.evidence} == {"lexical", "semantic"}
    best = max(each.probability for each in moment.evidence)
    assert moment.score == pytest.approx(60 + 40 * best, abs=0.01)


def test_and_wants_every_option_in_the_same_moment(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.8), (20.0, 26.0, "pig", 0.9))
    index.say(ONE, (2.0, 5.0, "a pig"))

    both = {"generation": "v1.1", "options": ("visual", "conversation"), "operator": "and"}
    (moment,) = index.search("pig", **both).moments

    assert moment.span == Span(2.0, 5.0)
    assert moment.options == ("conversation", "visual")
    assert moment.score == pytest.approx(60 + 40 * min(each.probability for each in moment.evidence), abs=30)


def test_and_is_as_likely_as_its_weakest_option(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.6))
    index.say(ONE, (0.0, 6.0, "pig"))

    both = {"generation": "v1.1", "options": ("visual", "conversation"), "operator": "and"}
    moment = index.search("pig", **both).moments[0]

    visual = next(each for each in moment.evidence if each.modality is Modality.VISUAL)
    assert moment.score == pytest.approx(60 + 40 * visual.probability, abs=0.01)


def test_an_exact_search_finds_the_phrase_and_nothing_like_it(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain and money"), (10.0, 14.0, "Money and rain"), (20.0, 24.0, "cash, storm"))

    outcome = index.search(
        "money and rain", conversation_option="exact_match", **V11 | {"options": ("conversation",)}
    )

    assert [moment.span.start_s for moment in outcome.moments] == [10.0]
    assert outcome.moments[0].confidence is Confidence.HIGH


def test_transcription_options_choose_between_words_and_meaning(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "coins"), (10.0, 14.0, "cash here"))
    options = {"options": ("transcription",)}

    by_words = index.search("cash", transcription_options=("lexical",), **options)
    by_meaning = index.search("cash", transcription_options=("semantic",), **options)

    assert [moment.span.start_s for moment in by_words.moments] == [10.0]
    assert {moment.span.start_s for moment in by_meaning.moments} == {0.0, 10.0}
    assert all(each.how == "semantic" for moment in by_meaning.moments for each in moment.evidence)


def test_visual_reads_the_screen_in_v1_3_only(index: StoredIndex) -> None:
    index.write(ONE, (0.0, 4.0, "Drums for sale"))

    new = index.search("drums", options=("visual",))
    old = index.search("drums", generation="v1.1", options=("visual",))

    assert new.moments[0].evidence[0].modality is Modality.SCREEN_TEXT
    assert old.moments == ()


def test_written_words_are_found_with_their_place_in_the_picture(index: StoredIndex) -> None:
    box = Box(0.1, 0.8, 0.5, 0.1)
    index.write(ONE, (3.0, 9.0, "Drums for sale"), box=box)

    (moment,) = index.search("percussion drums", **V11).moments

    assert {(each.how, each.box) for each in moment.evidence} == {("lexical", box), ("semantic", box)}
    assert moment.options == ("text_in_video",)


def test_a_picture_finds_pictures(index: StoredIndex) -> None:
    index.paint(ONE, (0.0, 5.0, (10, 10, 250)), (5.0, 9.0, (240, 10, 10)))

    outcome = index.search(pictures=(RED,), options=("visual",))

    best = outcome.moments[0]
    assert (best.span, best.evidence[0].how) == (Span(5.0, 9.0), "picture_to_picture")
    assert best.best_frame_s == pytest.approx(7.0)
    assert (best.evidence[0].at_s, best.evidence[0].space) == (7.0, index.engines.appearance_space.id)


def test_words_and_picture_together_prefer_what_fits_both(index: StoredIndex) -> None:
    index.paint(ONE, (0.0, 5.0, (250, 10, 10)))
    index.paint(TWO, (0.0, 5.0, (250, 10, 10)))
    index.show(TWO, (0.0, 5.0, "car", 0.7))

    outcome = index.search("car", pictures=(RED,), options=("visual",))

    assert [moment.video_id for moment in outcome.moments] == [TWO, ONE]


def test_pictures_of_one_segment_are_one_clue(index: StoredIndex) -> None:
    index.show(ONE, *[(0.0, 8.0, "pig", 0.5 + step / 100) for step in range(20)])

    (moment,) = index.search("pig", options=("visual",)).moments

    (evidence,) = moment.evidence
    assert evidence.similarity == pytest.approx(0.69, abs=1e-3)


def test_a_filter_finds_what_better_videos_would_push_out(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain rain"))
    index.add(TWO, genre="film")
    index.say(TWO, (0.0, 4.0, "some storm of sorts"))

    outcome = index.search("rain", only=parse_filter({"genre": "film"}), limit=1)

    assert [moment.video_id for moment in outcome.moments] == [TWO]


def test_a_filter_no_video_fulfils_finds_nothing(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain"))

    assert index.search("rain", only=parse_filter({"duration": {"gte": 9, "lte": 1}})).moments == ()
    assert index.engines.calls == []


def test_a_filter_on_a_video_of_another_index_is_refused(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain"))

    with pytest.raises(errors.VideoNotInIndex, match=THREE):
        index.search("rain", only=parse_filter({"id": [ONE, THREE]}))


def test_a_threshold_drops_what_is_below_and_v1_3_drops_nothing(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 5.0, "pig", 0.35), (20.0, 25.0, "pig", 0.9))

    old = index.search("pig", generation="v1.1", options=("visual",))
    new = index.search("pig", options=("visual",))
    high = index.search("pig", options=("visual",), threshold="high")

    assert [len(each.moments) for each in (old, new, high)] == [1, 2, 1]
    assert new.moments[1].confidence is Confidence.NONE


def test_the_confidence_level_shifts_the_words_and_not_the_order(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 5.0, "pig", 0.55), (20.0, 25.0, "pig", 0.65))

    neutral, strict = (
        index.search("pig", options=("visual",), adjust_confidence_level=level) for level in (0.5, 1.0)
    )

    assert [each.score for each in neutral.moments] == [each.score for each in strict.moments]
    assert [each.confidence for each in neutral.moments] == [Confidence.HIGH, Confidence.MEDIUM]
    assert [each.confidence for each in strict.moments] == [Confidence.LOW, Confidence.NONE]


def test_it_says_when_nothing_matches_well(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 5.0, "pig", 0.35))

    assert index.search("pig", options=("visual",)).no_confident_match
    assert index.search("pig", options=("visual",), threshold="high").no_confident_match
    index.say(TWO, (0.0, 5.0, "a pig"))
    assert not index.search("pig").no_confident_match


def test_a_query_of_stop_words_is_never_more_than_low(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "who is it"), (10.0, 14.0, "it is me"))

    outcome = index.search("who is it", options=("transcription",))

    assert len(outcome.moments) == 2
    assert all(each.confidence in {Confidence.LOW, Confidence.NONE} for each in outcome.moments)


def test_equal_moments_come_by_video_and_start(index: StoredIndex) -> None:
    for video_id in (THREE, ONE, TWO):
        index.say(video_id, (30.0, 34.0, "rain"), (0.0, 4.0, "rain"))

    outcome = index.search("rain", options=("transcription",))

    found = [(moment.video_id, moment.span.start_s) for moment in outcome.moments]
    assert found == sorted(found)
    assert len(found) == 6


def test_groups_come_by_their_best_moment_or_their_number(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 5.0, "pig", 0.9))
    index.show(TWO, (0.0, 5.0, "pig", 0.6), (20.0, 25.0, "pig", 0.7))

    by_score = index.search("pig", options=("visual",), group_by="video")
    by_count = index.search("pig", options=("visual",), group_by="video", sort_option="clip_count")

    assert [group.video_id for group in by_score.groups] == [ONE, TWO]
    assert [group.video_id for group in by_count.groups] == [TWO, ONE]
    assert [moment.span.start_s for moment in by_count.groups[0].moments] == [20.0, 0.0]
    assert index.search("pig", options=("visual",)).groups == ()


def test_logos_are_looked_for_by_their_letters_only_and_it_says_so(index: StoredIndex) -> None:
    index.write(ONE, (0.0, 4.0, "PORK Inc."), (10.0, 14.0, "Pig & Co."))

    outcome = index.search("pig", generation="v1.1", options=("logo",))

    assert [moment.span.start_s for moment in outcome.moments] == [10.0]
    assert outcome.notes == (LOGO,)


def test_it_says_what_an_option_cannot_do(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain"))
    index.paint(ONE, (0.0, 5.0, (250, 10, 10)))

    assert index.search("rain", options=("audio",)).notes == (AUDIO,)
    (note,) = index.search(pictures=(RED,), options=("visual", "transcription")).notes
    assert "transcription" in note


def test_it_warns_of_a_language_the_engines_may_not_know(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "сильный дождь"))

    outcome = index.search("дождь", options=("transcription",))

    assert "few-words" in outcome.notes[0]
    assert outcome.moments[0].evidence[0].matched_words == ("дождь",)


def test_a_video_whose_vectors_are_gone_is_named_and_the_others_are_found(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 5.0, "pig", 0.95))
    index.show(TWO, (0.0, 5.0, "pig", 0.9))
    index.blobs.delete_prefix(f"videos/{ONE}/")

    outcome = index.search("pig", options=("visual",))

    assert [moment.video_id for moment in outcome.moments] == [TWO]
    assert ONE in outcome.notes[0]


def test_it_says_how_many_videos_another_model_has_indexed(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 5.0, "pig", 0.95))
    index.show(TWO, (0.0, 5.0, "pig", 0.9))
    assert index.search("pig", options=("visual",)).notes == ()
    index.engines.meaning_space = Space("new-pictures", "1" * 16, 10)

    outcome = index.search("pig", options=("visual",))

    assert outcome.moments == ()
    (note,) = outcome.notes
    assert note.startswith("2 videos were indexed with another visual model and not compared")


def test_an_empty_index_costs_no_engine_time(index: StoredIndex) -> None:
    outcome = index.search("pig", pictures=(RED,))

    assert (outcome.moments, index.engines.calls) == ((), [])
    assert outcome.no_confident_match


def test_it_tells_who_looked(index: StoredIndex) -> None:
    index.say(ONE, (0.0, 4.0, "rain"))

    outcome = index.search("rain", options=("transcription", "visual"))

    assert outcome.engines["speech/semantic"] == "few-words"
    assert outcome.engines["speech/lexical"] == "word-index"
    assert "visual/words_to_picture" not in outcome.engines


def test_the_same_search_gives_the_same_answer(index: StoredIndex) -> None:
    for number in range(4):
        index.say(video(number), (0.0, 4.0, "rain and money"), (9.0, 12.0, "cash"))
        index.show(video(number), (0.0, 5.0, "rain", 0.6), (5.0, 9.0, "money", 0.5))

    first, second = (index.search("rain money", group_by="video") for _ in range(2))

    assert first == second
