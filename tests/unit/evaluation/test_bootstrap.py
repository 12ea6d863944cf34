import numpy as np
import pytest

from kinodex.evaluation.bootstrap import estimate


def test_the_same_values_and_seed_give_the_same_interval() -> None:
    values = [0.01 * number**2 for number in range(10)]

    assert estimate(values) == estimate(values)
    assert estimate(values) != estimate(values, seed=2)


def test_an_interval_is_that_of_the_normal_distribution_where_it_should_be() -> None:
    values = np.random.Generator(np.random.PCG64(5)).normal(0.5, 0.1, size=400)
    found = estimate(values)

    assert found.mean == pytest.approx(values.mean())
    error = 1.96 * values.std(ddof=1) / np.sqrt(400)
    assert found.high - found.mean == pytest.approx(error, rel=0.1)
    assert found.mean - found.low == pytest.approx(error, rel=0.1)


def test_equal_values_have_no_interval_and_none_no_mean() -> None:
    assert (estimate([1.0, 1.0]).low, estimate([1.0, 1.0]).high) == (1.0, 1.0)
    with pytest.raises(ValueError, match="no values"):
        estimate([])
