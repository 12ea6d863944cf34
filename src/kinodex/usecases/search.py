"""Search: from a request to pages of explained moments."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import VideoId
from kinodex.domain.indexes import Index
from kinodex.domain.moments import Moment
from kinodex.domain.options import allowed_in_search
from kinodex.domain.videos import MetadataValue
from kinodex.engines.executor import Executor
from kinodex.media.protocols import ReadPicture
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.search import SearchOutcome, search
from kinodex.stores.protocols import Records, Transaction, VectorStore
from kinodex.usecases.indexes import require_index
from kinodex.usecases.search_request import SearchPage, SearchPool, SearchRequest, VideoGroup

PAGE_LIFE = timedelta(minutes=20)
LONGEST_TEXT = 2_000
MOST_PICTURES = 10
MOST_RESULTS = 1_000
"""Hits kept for paging; nobody turns further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenAnswer:
    """A whole answer as kept for further pages."""

    request: SearchRequest
    moments: tuple[Moment, ...]
    groups: tuple[VideoGroup, ...]
    pool: SearchPool
    no_confident_match: bool
    notes: tuple[str, ...]
    user_metadata: Mapping[VideoId, Mapping[str, MetadataValue]]


class Search:
    """Finds moments."""

    def __init__(
        self, *, records: Records, vectors: VectorStore, executor: Executor, read_picture: ReadPicture
    ) -> None:
        self._records = records
        self._vectors = vectors
        self._executor = executor
        self._read_picture = read_picture

    def search(self, request: SearchRequest, *, owner: str) -> SearchPage:
        """
        Search and return the first page; further pages are frozen with it.

        Args:
            request: What to look for.
            owner: Id of the key that asks; only it can turn the pages.

        Raises:
            NotFound: No such index.
            ParameterMissing: Neither text nor picture, or no option.
            ParameterInvalid: A value outside its range.
            SearchOptionUnsupported: An option the index does not have.
            SearchOptionsConflict: Options that exclude one another.
            FilterInvalid: A filter that cannot be read.
            VideoNotInIndex: The filter names a video of another index.
            EngineNotReady: Weights are missing.
        """
        _check(request)
        with self._records.read() as transaction:
            index = require_index(transaction, request.index_id)
            _check_options(request, index)
            outcome = search(
                self._query(request),
                transaction=transaction,
                vectors=self._vectors,
                executor=self._executor,
                limit=MOST_RESULTS,
            )
            answer = _freeze(request, outcome, transaction)
        return self._first_page(answer, owner=owner)

    def page(self, token: str, *, owner: str) -> SearchPage:
        """
        Return a further page of an earlier search.

        Raises:
            PageExpired: Unknown, expired, or another key's.
        """
        name, _, number = token.rpartition("-")
        if not name or not number.isascii() or not number.isdigit():
            raise errors.PageExpired
        with self._records.read() as transaction:
            content = transaction.pages.get(name, owner=owner, at=now())
        if content is None:
            raise errors.PageExpired
        answer = msgspec.json.decode(content, type=FrozenAnswer)
        return _page(answer, name, int(number))

    def _query(self, request: SearchRequest) -> SearchQuery:
        pictures = tuple(self._read_picture(content) for content in request.pictures)
        return SearchQuery.of(request, pictures)

    def _first_page(self, answer: FrozenAnswer, *, owner: str) -> SearchPage:
        name = secrets.token_hex(16)
        page = _page(answer, name, 0)
        if page.next_token is not None:
            with self._records.write() as transaction:
                transaction.pages.add(
                    name, owner=owner, content=msgspec.json.encode(answer), expires_at=page.expires_at
                )
        return page
