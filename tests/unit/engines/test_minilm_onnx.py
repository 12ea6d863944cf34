from pathlib import Path

import numpy as np
import pytest

from kinodex.engines.minilm_onnx import LONGEST_TOKENS, MiniLmSentences


@pytest.fixture(scope="module")
def sentences(models_dir: Path) -> MiniLmSentences:
    return MiniLmSentences(models_dir, threads=1)


def test_words_count_up_to_the_longest_text_and_no_further(sentences: MiniLmSentences) -> None:
    room = LONGEST_TOKENS - 2  # for the marks at both ends
    full = ["train"] * (room - 1)

    inside, changed, beyond = sentences.embed_sentences(
        [" ".join([*full, last]) for last in ("cake", "door", "cake piano")]
    )

    assert np.abs(inside - changed).max() > 1e-4
    np.testing.assert_allclose(inside, beyond, atol=1e-6)


def test_case_does_not_matter(sentences: MiniLmSentences) -> None:
    lower, upper = sentences.embed_sentences(["station exit", "STATION EXIT"])

    np.testing.assert_allclose(lower, upper, atol=1e-6)
