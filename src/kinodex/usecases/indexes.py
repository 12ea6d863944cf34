"""Indexes: create, look at, rename, delete."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, new_id
from kinodex.domain.indexes import Index, IndexTotals, ModelChoice
from kinodex.domain.listing import Listing, Page
from kinodex.domain.options import INDEX_OPTIONS
from kinodex.jobs.protocols import Jobs
from kinodex.stores.protocols import Records, Transaction
from kinodex.usecases.purging import Purging, purge_videos

FAMILIES = ("marengo", "pegasus")
ADDONS = ("thumbnail",)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class IndexView:
    """An index and how much is in it."""

    index: Index
    totals: IndexTotals


class Indexes:
    """Named containers of videos."""

    def __init__(self, *, records: Records, jobs: Jobs, purging: Purging) -> None:
        self._records = records
        self._jobs = jobs
        self._purging = purging

    def create(
        self,
        name: str,
        *,
        models: Sequence[ModelChoice],
        addons: Sequence[str],
        generation: str,
        index_id: IndexId | None = None,
    ) -> Index:
        """
        Store a new index; one that has this ``index_id`` already is returned as it is.

        Model names of the families marengo and pegasus are accepted and echoed unchanged: they name a
        profile of this server's own engines.

        Raises:
            ParameterMissing: No name, no model or no option.
            ParameterInvalid: An unknown model, option or addon, or a name that is too long.
            IndexNameTaken: The name is in use.
        """
        clean = name.strip()
        if not clean:
            raise errors.ParameterMissing("index_name")
        _check_name(clean)
        _check_models(models)
        for addon in addons:
            if addon not in ADDONS:
                raise errors.ParameterInvalid("addons", f"{addon!r} is not one of {', '.join(ADDONS)}")
        created_at = now()
        index = Index(
            id=index_id or IndexId(new_id()),
            name=clean,
            models=tuple(models),
            addons=tuple(dict.fromkeys(addons)),
            generation=generation,
            created_at=created_at,
            updated_at=created_at,
        )
        with self._records.write() as transaction:
            if (made := transaction.indexes.get(index.id)) is not None:
                return made
            transaction.indexes.add(index)
        return index

    def get(self, index_id: IndexId) -> IndexView:
        """
        Return an index with its totals.

        Raises:
            NotFound: If there is none.
        """
        with self._records.read() as transaction:
            index = require_index(transaction, index_id)
            return IndexView(index, transaction.indexes.totals([index_id])[index_id])

    def list(self, listing: Listing) -> Page[IndexView]:
        """Return a page of indexes with their totals."""
        with self._records.read() as transaction:
            page = transaction.indexes.list(listing)
            totals = transaction.indexes.totals([index.id for index in page.items])
            return Page([IndexView(index, totals[index.id]) for index in page.items], page.total)

    def rename(self, index_id: IndexId, name: str) -> None:
        """
        Give an index another name.

        Raises:
            NotFound: If there is no such index.
            ParameterMissing: An empty name.
            IndexNameTaken: The name is in use.
        """
        clean = name.strip()
        if not clean:
            raise errors.ParameterMissing("index_name")
        _check_name(clean)
        with self._records.write() as transaction:
            require_index(transaction, index_id)
            transaction.indexes.rename(index_id, clean, now())

    def delete(self, index_id: IndexId) -> None:
        """
        Delete an index with its videos, tasks and vectors; running tasks end.

        The very next search finds nothing of it; the bytes go after the rows.

        Raises:
            NotFound: If there is no such index.
        """
        with self._records.write() as transaction:
            require_index(transaction, index_id)
            tasks = transaction.tasks.of_index(index_id)
            transaction.indexes.delete(index_id)
            for is_final in (True, False):
                videos = [task.video_id for task in tasks if task.status.is_final is is_final]
                purge_videos(transaction, videos, are_worked_on=not is_final)
        for task in tasks:
            if not task.status.is_final:
                self._jobs.cancel(task.id, attempt=task.attempt)
        self._purging.soon()


def require_index(transaction: Transaction, index_id: IndexId) -> Index:
    """
    Return an index.

    Raises:
        NotFound: If there is none.
    """
    index = transaction.indexes.get(index_id)
    if index is None:
        raise errors.NotFound("index", index_id)
    return index


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        reason = f"it has {len(name)} characters and the maximum is {LONGEST_NAME}"
        raise errors.ParameterInvalid("index_name", reason)


def _check_models(models: Sequence[ModelChoice]) -> None:
    if not models:
        raise errors.ParameterMissing("models", "engines", "engine_id")
    for model in models:
        if not model.name.startswith(FAMILIES):
            raise errors.ParameterInvalid(
                "model_name", f"{model.name!r} belongs to none of the families {', '.join(FAMILIES)}"
            )
        if not model.options:
            raise errors.ParameterMissing("model_options", "engine_options", "index_options")
        for option in model.options:
            if option not in INDEX_OPTIONS:
                raise errors.ParameterInvalid(
                    "model_options", f"{option!r} is not one of {', '.join(INDEX_OPTIONS)}"
                )
