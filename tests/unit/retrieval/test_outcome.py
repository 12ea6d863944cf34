import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kinodex.retrieval.outcome import SearchOutcome, group_by_video

from .conftest import MemoryIndex, video


def test_an_answer_can_be_kept_as_bytes_and_read_again(index: MemoryIndex) -> None:
    index.say(video(1), (0.0, 4.0, "rain"), (9.0, 12.0, "a storm"))
    index.show(video(2), (0.0, 4.0, "rain", 0.8))
    outcome = index.search("rain", group_by="video")

    assert msgspec.json.decode(msgspec.json.encode(outcome), type=SearchOutcome) == outcome


SCENES = st.lists(st.tuples(st.integers(0, 3), st.integers(30, 99)), max_size=12)


@given(SCENES, st.sampled_from(["score", "clip_count"]))
def test_groups_hold_the_same_moments_in_the_order_asked_for(
    scenes: list[tuple[int, int]], sort_option: str
) -> None:
    index = MemoryIndex()
    for number in range(4):
        shown = [
            (20.0 * place, 20.0 * place + 5, "pig", strength / 100)
            for place, (owner, strength) in enumerate(scenes)
            if owner == number
        ]
        if shown:
            index.show(video(number), *shown)
    moments = index.search("pig", options=("visual",)).moments

    groups = group_by_video(moments, sort_option=sort_option)

    assert sorted(moments, key=moments.index) == sorted(
        (moment for group in groups for moment in group.moments), key=moments.index
    )
    for group in groups:
        assert [m for m in moments if m.video_id == group.video_id] == list(group.moments)
    best = [moments.index(group.moments[0]) for group in groups]
    if sort_option == "score":
        assert best == sorted(best)
    else:
        keys = [(-len(group.moments), place) for group, place in zip(groups, best, strict=True)]
        assert keys == sorted(keys)
