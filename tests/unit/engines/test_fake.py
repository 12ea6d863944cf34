import numpy as np
import pytest

from kinodex.domain.timeline import Span, Utterance
from kinodex.engines.fake import COLOURS, FakeSentences, FakeSpeech, FakeVisual


@pytest.mark.parametrize("colour", COLOURS)
def test_a_picture_is_found_by_the_name_of_its_colour_and_by_no_other(colour: str) -> None:
    visual = FakeVisual()
    picture = np.full((20, 30, 3), COLOURS[colour], dtype=np.uint8)

    (views,) = visual.embed_frames([picture]).meaning
    best = (visual.embed_words(list(COLOURS)) @ views.T).max(axis=1)
    likeness = dict(zip(COLOURS, best.tolist(), strict=True))

    assert likeness.pop(colour) > 0.9
    assert max(likeness.values()) < 0.1


def test_two_colours_side_by_side_are_both_found() -> None:
    picture = np.zeros((20, 40, 3), dtype=np.uint8)
    picture[:, :20], picture[:, 20:] = COLOURS["red"], COLOURS["blue"]
    visual = FakeVisual()

    (views,) = visual.embed_frames([picture]).meaning
    best = (visual.embed_words(["a red wall", "blue sky", "green"]) @ views.T).max(axis=1)

    assert (best > 0.9).tolist() == [True, True, False]


def test_sentences_that_share_words_are_nearer_than_others() -> None:
    sentences = FakeSentences()
    same, near, far = (
        sentences.embed_sentences(["open the red door", "the door is open", "quarterly revenue grew"])
        @ sentences.embed_sentences(["Open the red door!"]).T
    )

    assert same > 0.999
    assert near > 0.5 > far


def test_no_speech_is_heard_beyond_the_end() -> None:
    speech = FakeSpeech([Utterance(Span(0, 1), "in"), Utterance(Span(5, 6), "out")])

    heard = list(speech.transcribe(lambda *_: np.zeros(1, np.float32), 4.0))

    assert [utterance.text for utterance in heard] == ["in"]
