import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kinodex.domain.moments import Confidence, Evidence, Moment
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.retrieval.outcome import SearchOutcome, group_by_video

from .conftest import StoredIndex, video


def test_an_answer_can_be_kept_as_bytes_and_read_again(index: StoredIndex) -> None:
    index.say(video(1), (0.0, 4.0, "rain"), (9.0, 12.0, "a storm"))
    index.show(video(2), (0.0, 4.0, "rain", 0.8))
    outcome = index.search("rain", group_by="video")

    assert msgspec.json.decode(msgspec.json.encode(outcome), type=SearchOutcome) == outcome


def _moment(number: int, *, score: float) -> Moment:
    evidence = Evidence(
        modality=Modality.SPEECH, how="lexical", probability=0.5, span=Span(0.0, 1.0), engine="word-index"
    )
    return Moment(
        video_id=video(number),
        span=Span(0.0, 1.0),
        score=score,
        confidence=Confidence.LOW,
        best_frame_s=0.5,
        evidence=(evidence,),
        options=("conversation",),
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100)), unique=True, max_size=12))
def test_groups_hold_the_same_moments_in_the_order_asked_for(found: list[tuple[int, int]]) -> None:
    ranked = sorted(found, key=lambda each: (-each[1], each[0]))
    moments = [_moment(number, score=float(score)) for number, score in ranked]

    by_score = group_by_video(moments, sort_option="score")
    by_count = group_by_video(moments, sort_option="clip_count")

    best = [moments.index(group.moments[0]) for group in by_score]
    assert best == sorted(best)
    assert sorted(by_count, key=by_score.index) == list(by_score)
    counts = [(-len(group.moments), by_score.index(group)) for group in by_count]
    assert counts == sorted(counts)
    for group in by_score:
        assert list(group.moments) == [each for each in moments if each.video_id == group.video_id]
    assert sum(len(group.moments) for group in by_score) == len(moments)
