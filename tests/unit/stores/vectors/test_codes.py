"""Vectors as bytes."""

import sys

import numpy as np
import pytest

from kinodex.stores.vectors.codes import Codes, doubt, write_products


def unit(count: int, dimensions: int) -> np.ndarray:
    rows = np.random.default_rng(dimensions).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("dimensions", [1, 7, 64, 384, 1280])
def test_products_of_codes_are_exact_and_near_those_of_the_vectors(dimensions: int) -> None:
    vectors = unit(50, dimensions)
    codes, asked = Codes.of(vectors[1:]), Codes.of(vectors[:1])
    products = np.empty((1, 49), dtype=np.float32)

    write_products(asked.values, codes.values, products)

    whole = codes.values.astype(np.int64) @ asked.values[0].astype(np.int64)
    assert products[0] == pytest.approx(whole, rel=1e-6)
    similarities = products[0] * codes.scales * asked.scales[0]
    wrong = np.abs(similarities - vectors[1:] @ vectors[0])
    assert wrong.max() <= doubt(asked, codes.rounding) + 1e-6


def test_a_vector_of_zeros_is_near_nothing() -> None:
    codes = Codes.of(np.zeros((1, 8), dtype=np.float32))

    assert not codes.values.any()
    assert codes.rounding == 0.0


def test_looking_again_and_again_takes_no_references_with_it() -> None:
    codes = Codes.of(unit(5, 16))
    products = np.empty((1, 5), dtype=np.float32)
    before = sys.getrefcount(None)

    for _ in range(2000):
        write_products(codes.values[:1], codes.values, products)

    assert abs(sys.getrefcount(None) - before) < 500
