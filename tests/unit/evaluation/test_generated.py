"""The generated set: its truth, and that it is the same each time."""

from collections import Counter
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from kinodex.evaluation.generated import voice
from kinodex.evaluation.generated.asking import queries_of
from kinodex.evaluation.generated.film import write_film
from kinodex.evaluation.generated.making import SEED, make_set
from kinodex.evaluation.generated.plan import SHOTS, VIDEOS, by_video, plan
from kinodex.evaluation.generated.scenes import THINGS
from kinodex.evaluation.generated.words import SENTENCES
from kinodex.evaluation.judged import read_queries


def digests(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_there_are_enough_videos_and_queries_and_a_sixth_has_no_answer() -> None:
    queries = list(queries_of(plan(SEED)))
    kinds = Counter(query.kind for query in queries)

    assert len(plan(SEED)) == VIDEOS * SHOTS
    assert VIDEOS >= 60
    assert len(queries) >= 300
    assert sum(not query.is_answerable for query in queries) / len(queries) >= 0.15
    assert {"said", "meant", "written", "seen", "moving", "mixed", "picture"} <= set(kinds)
    assert len({query.id for query in queries}) == len(queries)


def test_every_thing_sentence_and_title_stands_where_its_queries_say() -> None:
    shots = plan(SEED)
    queries = {query.id: query for query in queries_of(shots)}

    for number in range(len(THINGS)):
        shown = {(shot.filename, shot.start_s) for shot in shots if shot.thing == number}
        assert {(place.video, place.start) for place in queries[f"seen-{2 * number:02d}"].relevant} == shown
    for shot in shots:
        if shot.sentence is not None:
            (place,) = queries[f"meant-{shot.sentence:02d}"].relevant
            assert place.video == shot.filename
            assert shot.start_s < place.start < place.end < shot.end_s


def test_the_recording_holds_every_sentence_in_its_slot() -> None:
    lengths_s = [len(voice.sentence(number)) / voice.RATE_HZ for number in range(len(SENTENCES))]

    assert all(2.0 < length_s < voice.SLOT_S for length_s in lengths_s)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        list(make_set(tmp_path / name, seed=seed, films=0))
    shots = next(iter(by_video(plan(3))))
    for name in ("first", "again"):
        write_film(shots[:1], tmp_path / name / "one.mp4")

    assert digests(tmp_path / "first") == digests(tmp_path / "again")
    assert digests(tmp_path / "first")["queries.jsonl"] != digests(tmp_path / "other")["queries.jsonl"]
    queries, _ = read_queries(tmp_path / "first" / "queries.jsonl")
    assert all((tmp_path / "first" / each.picture).is_file() for each in queries if each.picture)


@pytest.mark.slow
def test_a_whole_video_says_shows_and_cuts_what_was_planned(tmp_path: Path) -> None:
    shots = next(each for each in by_video(plan(SEED)) if any(shot.sentence is not None for shot in each))
    write_film(shots, tmp_path / "whole.mp4")
    with av.open(str(tmp_path / "whole.mp4")) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=voice.RATE_HZ)
        blocks = [b for frame in container.decode(audio=0) for b in resampler.resample(frame)]
    samples = np.concatenate([block.to_ndarray()[0] for block in blocks])
    with av.open(str(tmp_path / "whole.mp4")) as container:
        frames = [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]

    changes = [np.abs(after - before).mean() for before, after in pairwise(frames)]
    assert sorted(np.argsort(changes)[-2:] + 1) == [60, 120]
    for query in queries_of(plan(SEED)):
        for place in query.relevant:
            if query.kind == "said" and place.video == shots[0].filename:
                first, last = (round(each * voice.RATE_HZ) for each in (place.start, place.end))
                assert np.abs(samples[first:last]).mean() > 0.02
                assert np.abs(samples[first - 8_000 : first - 2_000]).mean() < 0.002
