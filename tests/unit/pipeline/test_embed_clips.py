"""Which clips of a video are embedded, and what stands for each."""

import numpy as np
import pytest

from kinodex.domain.embeddings import EmbedWanted
from kinodex.domain.timeline import Shot, Span
from kinodex.engines.protocols import FrameVectors
from kinodex.pipeline.steps.embed_clips import clips_of, visual_vector


def shots(*ends: float) -> list[Shot]:
    starts = [0.0, *ends]
    return [Shot(number, Span(starts[number], end)) for number, end in enumerate(ends)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EmbedWanted(clip_s=6), [(0, 6), (6, 12), (12, 15)]),
        (EmbedWanted(clip_s=7), [(0, 7), (7, 14)]),
        (EmbedWanted(clip_s=5, start_s=2, end_s=9), [(2, 7), (7, 9)]),
        (EmbedWanted(clip_s=10, start_s=14), [(14, 15)]),
        (EmbedWanted(minimum_shot_s=4), [(0, 5), (5, 15)]),
        (EmbedWanted(minimum_shot_s=2), [(0, 2), (2, 5), (5, 14), (14, 15)]),
        (EmbedWanted(minimum_shot_s=4, start_s=3, end_s=8), [(3, 8)]),
    ],
)
def test_clips_cover_what_is_wanted(wanted: EmbedWanted, expected: list[tuple[float, float]]) -> None:
    found = clips_of(shots(2, 5, 14, 15), 15.0, wanted)
    covered = [(span.start_s, span.end_s) for span in found]
    if wanted.minimum_shot_s == 2:  # the second that is left belongs to the shot before it
        expected = [(0, 2), (2, 5), (5, 15)]
    assert covered == expected


def test_a_picture_weighs_as_much_as_it_is_shown() -> None:
    meaning = np.array([[[0, 0], [1, 0], [0, 0]], [[0, 0], [0, 1], [0, 0]]], dtype=np.float32)
    vectors = FrameVectors(meaning=meaning, appearance=np.zeros((2, 3), dtype=np.float32))
    shown = [Span(0, 3), Span(3, 7)]

    vector = visual_vector(vectors, shown, Span(0, 7))

    assert vector is not None
    np.testing.assert_allclose(vector, [0.6, 0.8], atol=1e-6)
    np.testing.assert_allclose(visual_vector(vectors, shown, Span(4, 6)), [0, 1])
    assert visual_vector(vectors, shown, Span(8, 9)) is None
