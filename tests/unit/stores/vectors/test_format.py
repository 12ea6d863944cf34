"""The bytes of a vector segment."""

import numpy as np
import pytest

from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.stores.protocols import VectorRows
from kinodex.stores.vectors.format import MAGIC, pack, unpack

SPACE = Space("fake", "0123456789abcdef", 4)
ROWS = VectorRows(
    vectors=np.eye(4, dtype=np.float32)[[0, 1, 2]],
    spans=np.array([[0, 1], [1, 2], [2, 3]], dtype=np.float32),
    at_s=np.array([0.5, 1.5, 2.5], dtype=np.float32),
    numbers=np.array([1, 0, 1], dtype=np.int32),
)


def test_rows_come_back_sorted_by_number() -> None:
    segment = unpack(pack(ROWS, space=SPACE, modality=Modality.VISUAL), space=SPACE.id)

    assert segment.numbers.tolist() == [0, 1, 1]
    assert segment.at_s.tolist() == [1.5, 0.5, 2.5]
    assert segment.spans.tolist() == [[1, 2], [0, 1], [2, 3]]
    assert segment.starts.tolist() == [0, 1]
    assert np.array_equal(segment.vectors, np.eye(4, dtype=np.float32)[[1, 0, 2]])


def test_lengths_are_one_again_after_rounding() -> None:
    vectors = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    vectors[1] = 0
    rows = VectorRows(vectors, ROWS.spans, ROWS.at_s, ROWS.numbers)

    segment = unpack(pack(rows, space=SPACE, modality=Modality.VISUAL), space=SPACE.id)

    read = segment.codes.values * segment.codes.scales[:, None]
    assert np.linalg.norm(read, axis=1) == pytest.approx([0.0, 1.0, 1.0], abs=0.01)


@pytest.mark.parametrize("content", [b"", b"KXV", b"PK\3\4whatever", MAGIC + b"\0\0\0\0"])
def test_other_bytes_are_no_segment(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  what is wrong depends on the bytes
        unpack(content, space=SPACE.id)


def test_a_segment_that_was_cut_off_is_refused() -> None:
    content = pack(ROWS, space=SPACE, modality=Modality.VISUAL)

    with pytest.raises(ValueError, match="buffer"):
        unpack(content[:-1], space=SPACE.id)
