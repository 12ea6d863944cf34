"""Which classes show in videos, over real stores."""

import pytest

from kinodex.domain.timeline import Span
from kinodex.retrieval import candidates
from kinodex.retrieval.confidence import probability_of, score_of

from .conftest import StoredIndex, video

ONE, TWO = video(1), video(2)


def test_the_class_that_shows_comes_first_with_its_stretches_and_its_part_of_the_video(
    index: StoredIndex,
) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9), (6.0, 12.0, "car", 0.7), (30.0, 42.0, "pig", 0.8))

    best, second, last = index.classify(
        {"traffic": ["car"], "farm": ["pig"], "music": ["drums"]}, ONE
    ).classes[ONE]

    assert [best.name, second.name, last.name] == ["farm", "traffic", "music"]
    assert [clip.span for clip in best.clips] == [Span(0.0, 6.0), Span(30.0, 42.0)]
    assert best.score == best.clips[0].score > best.clips[1].score
    assert best.duration_ratio == pytest.approx(18 / 60)
    weighed = (6 * best.clips[0].score + 12 * best.clips[1].score) / 18
    assert best.average_score == pytest.approx(weighed)
    assert (best.clips[0].option, best.clips[0].prompt, best.clips[0].at_s) == ("visual", "pig", 3.0)
    assert (last.clips, last.duration_ratio, last.average_score) == ((), 0.0, 0.0)


def test_the_shares_of_all_classes_are_one(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9), (6.0, 12.0, "car", 0.7))
    classes = index.classify({"farm": ["pig"], "traffic": ["car"], "music": ["drums"]}, ONE).classes[ONE]
    assert sum(each.share for each in classes) == pytest.approx(1.0)
    assert classes[0].share > classes[1].share > classes[2].share


def test_a_moment_that_two_prompts_mean_is_counted_once(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9), (6.0, 12.0, "rain", 0.9))
    (farm,) = index.classify({"farm": ["pig", "pork", "storm"]}, ONE).classes[ONE]
    assert sorted(clip.prompt for clip in farm.clips) == ["pig", "pork", "storm"]
    assert farm.duration_ratio == pytest.approx(12 / 60)


def test_a_class_that_is_said_is_found_in_speech(index: StoredIndex) -> None:
    index.say(ONE, (4.0, 8.0, "It will rain."))
    index.show(ONE, (0.0, 12.0, "pig", 0.9))
    (weather,) = index.classify({"weather": ["storm"]}, ONE).classes[ONE]
    assert [(clip.option, clip.span) for clip in weather.clips] == [("conversation", Span(4.0, 8.0))]


def test_only_the_videos_named_are_looked_at(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9))
    index.show(TWO, (0.0, 6.0, "car", 0.9))
    found = index.classify({"farm": ["pig"]}, TWO).classes
    assert list(found) == [TWO]
    assert found[TWO][0].clips == ()


def test_a_class_that_shows_all_the_time_is_not_cut_off(
    index: StoredIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST_PICTURES", 3)
    index.show(ONE, *[(2.0 * n, 2.0 * n + 2, "pig", 0.9) for n in range(30)])
    (farm,) = index.classify({"farm": ["pig"]}, ONE).classes[ONE]
    assert [clip.span for clip in farm.clips] == [Span(0.0, 60.0)]
    assert farm.duration_ratio == 1.0


def test_a_higher_threshold_leaves_surer_stretches(index: StoredIndex) -> None:
    index.show(ONE, (0.0, 6.0, "pig", 0.9), (6.0, 12.0, "pig", 0.5), (12.0, 18.0, "pig", 0.9))
    (surely,) = index.classify({"farm": ["pig"]}, ONE, least=0.9).classes[ONE]
    (likely,) = index.classify({"farm": ["pig"]}, ONE, least=0.4).classes[ONE]
    assert [clip.span for clip in surely.clips] == [Span(0.0, 6.0), Span(12.0, 18.0)]
    assert [clip.span for clip in likely.clips] == [Span(0.0, 18.0)]


@pytest.mark.parametrize("probability", [0.0, 0.1, 0.24, 0.25, 0.5, 0.99, 1.0])
def test_a_score_leads_back_to_its_probability(probability: float) -> None:
    assert probability_of(score_of(probability)) == pytest.approx(probability, abs=1e-4)
