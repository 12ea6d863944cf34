"""Indexes."""

import pytest

from kinodex.domain.errors import IndexNameTaken, NotFound, ParameterInvalid, ParameterMissing
from kinodex.domain.ids import IndexId
from kinodex.domain.indexes import ModelChoice
from kinodex.domain.listing import Listing
from kinodex.usecases import UseCases

MODEL = ModelChoice("marengo2.5", ("visual", "conversation"))


def test_a_name_belongs_to_one_index(usecases: UseCases) -> None:
    usecases.indexes.create(" talks ", models=[MODEL], addons=[], generation="v1.1")
    with pytest.raises(IndexNameTaken, match="talks"):
        usecases.indexes.create("talks", models=[MODEL], addons=[], generation="v1.3")


@pytest.mark.parametrize(
    ("name", "model", "error"),
    [
        ("  ", MODEL, ParameterMissing),
        ("x" * 201, MODEL, ParameterInvalid),
        ("talks", ModelChoice("gpt", ("visual",)), ParameterInvalid),
        ("talks", ModelChoice("marengo3.0", ()), ParameterMissing),
        ("talks", ModelChoice("marengo3.0", ("smell",)), ParameterInvalid),
    ],
)
def test_an_index_that_makes_no_sense_is_refused(
    usecases: UseCases, name: str, model: ModelChoice, error: type[Exception]
) -> None:
    with pytest.raises(error):
        usecases.indexes.create(name, models=[model], addons=[], generation="v1.1")
    assert usecases.indexes.list(Listing()).total == 0


def test_a_deleted_index_is_gone(usecases: UseCases, index_id: IndexId) -> None:
    usecases.indexes.delete(index_id)
    with pytest.raises(NotFound):
        usecases.indexes.get(index_id)
    with pytest.raises(NotFound):
        usecases.indexes.delete(index_id)
