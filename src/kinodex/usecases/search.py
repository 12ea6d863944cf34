"""Search: from a request to pages of explained moments."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from kinodex.domain import errors
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.moments import Moment
from kinodex.domain.queries import Node
from kinodex.domain.videos import Video
from kinodex.engines.executor import Executor
from kinodex.retrieval.absence import Standing, standing_of
from kinodex.retrieval.filters import ParsedFilter, parse_filter
from kinodex.retrieval.outcome import SearchOutcome, VideoMoments
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.search import search
from kinodex.retrieval.survey import survey
from kinodex.stores.protocols import Records, Transaction, VectorStore
from kinodex.usecases.classification import Classification
from kinodex.usecases.indexes import require_index
from kinodex.usecases.known_answers import KnownAnswers, Revisions
from kinodex.usecases.pictures import QueryPictures
from kinodex.usecases.search_checks import check_options, check_request, tree_of_request
from kinodex.usecases.search_explained import HitExplained, conditions_of, differences_between, shares_of
from kinodex.usecases.search_request import SearchPage, SearchPool, SearchRequest

PAGE_LIFE = timedelta(minutes=20)
MOST_RESULTS = 1_000
"""Hits kept for paging; nobody turns further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenAnswer:
    """A whole answer, as kept for further pages; its request holds no pictures, only how many there were."""

    request: SearchRequest
    outcome: SearchOutcome
    pool: SearchPool
    picture_count: int = 0

    def home_of(self, video_id: VideoId) -> IndexId:
        """Return the index of a video."""
        return self.outcome.homes.get(video_id, self.request.index_id)


class Search:
    """
    Finds moments.

    ``classes`` finds which classes show in videos, with the same engines; ``known`` remembers answers.
    """

    def __init__(
        self, *, records: Records, vectors: VectorStore, executor: Executor, pictures: QueryPictures
    ) -> None:
        self._records = records
        self._vectors = vectors
        self._executor = executor
        self._pictures = pictures
        self.known = KnownAnswers(records=records)
        self.classes = Classification(records=records, vectors=vectors, executor=executor)

    def search(self, request: SearchRequest, *, owner: str) -> SearchPage:
        """
        Search and return the first page; further pages are frozen with it.

        Args:
            request: What to look for.
            owner: Id of the key that asks; only it can turn the pages.

        Raises:
            NotFound: No such index.
            QueryUnreadable: A query in the search language breaks its grammar.
            ParameterMissing: Neither text nor picture, or no option.
            ParameterInvalid: A value outside its range.
            SearchOptionUnsupported: An option the index does not have.
            SearchOptionsConflict: Options that exclude one another.
            FilterInvalid: A filter that cannot be read.
            VideoNotInIndex: The filter names a video of another index.
            EngineNotReady: Weights are missing.
        """
        tree = tree_of_request(request)
        check_request(request, tree)
        with self._records.read() as transaction:
            for index_id in request.index_ids:
                check_options(request, tree, require_index(transaction, index_id))
        query = self._query(request, tree)
        version = self._records.version()  # before reading: what is committed meanwhile makes it old
        with self._records.read() as transaction:
            revisions = Revisions(transaction.indexes.revisions(request.index_ids), version)
            outcome = search(
                query,
                transaction=transaction,
                vectors=self._vectors,
                executor=self._executor,
                limit=MOST_RESULTS,
            )
            answer = _freeze(request, outcome, transaction)
            name = secrets.token_hex(16)
            page = _page(answer, name, 0, transaction=transaction)
        # What stands at an address, or could not be read, may be another thing the next time.
        if outcome.is_whole and not request.picture_urls:
            page = replace(page, revisions=revisions)
        if page.next_token is not None or request.explain:
            with self._records.write() as transaction:
                transaction.pages.add(
                    name, owner=owner, content=msgspec.json.encode(answer), expires_at=page.expires_at
                )
        return page

    def page(self, token: str, *, owner: str) -> SearchPage:
        """
        Return a further page of an earlier search.

        Raises:
            PageExpired: Unknown, expired, or another key's.
        """
        name, number = _parts_of(token)
        with self._records.read() as transaction:
            return _page(_kept(name, owner, transaction), name, number, transaction=transaction)

    def explain(self, token: str, *, owner: str) -> HitExplained:
        """
        Compute a hit again from what is stored, and say whether it agrees.

        Args:
            token: Of a hit of a search that asked for it.
            owner: Id of the key that searched.

        Raises:
            PageExpired: Unknown, expired, or another key's.
            ParameterInvalid: The search was made with pictures, which are not kept.
            EngineNotReady: Weights are missing.
        """
        name, rank = _parts_of(token)
        with self._records.read() as transaction:
            answer = _kept(name, owner, transaction)
            if not 1 <= rank <= len(answer.outcome.moments):
                raise errors.PageExpired
            stored = answer.outcome.moments[rank - 1]
            query = self._asked_again(answer)
            found = survey(query, transaction=transaction, vectors=self._vectors, executor=self._executor)
            there = [
                each
                for each in found.candidates
                if each.video_id == stored.video_id and each.match.span.overlaps(stored.span)
            ]
            again = found.moments(there[:1], transaction)[0] if there else None
        return HitExplained(
            index_id=answer.home_of(stored.video_id),
            rank=rank,
            stored=stored,
            again=again,
            differences=differences_between(stored, again),
            filters=conditions_of(query.only),
            shares=shares_of((again or stored).evidence, found),
        )

    def standing(self, token: str, video_id: VideoId, *, owner: str) -> Standing:
        """
        Return where a video stands in an answer, and what held it back if it is not there.

        Args:
            token: Of any hit or page of the answer.
            video_id: Of a video in one of the indexes that were searched.
            owner: Id of the key that searched.

        Raises:
            NotFound: No such video in these indexes.
            PageExpired: Unknown, expired, or another key's.
            ParameterInvalid: The search was made with pictures, which are not kept.
            EngineNotReady: Weights are missing.
        """
        name, _ = _parts_of(token)
        with self._records.read() as transaction:
            answer = _kept(name, owner, transaction)
            homes = [
                each
                for each in answer.request.index_ids
                if transaction.videos.get(each, video_id) is not None
            ]
            if not homes:
                raise errors.NotFound("video", video_id)
            return standing_of(
                video_id,
                homes[0],
                self._asked_again(answer),
                transaction=transaction,
                vectors=self._vectors,
                executor=self._executor,
                limit=MOST_RESULTS,
            )

    def _asked_again(self, answer: FrozenAnswer) -> SearchQuery:
        if answer.picture_count:
            reason = f"{answer.picture_count} pictures came with the search and are not kept; search again"
            raise errors.ParameterInvalid("token", reason)
        return self._query(answer.request, tree_of_request(answer.request))

    def _query(self, request: SearchRequest, tree: Node | None) -> SearchQuery:
        return SearchQuery(
            index_id=request.index_id,
            generation=request.generation,
            options=request.options,
            text=request.text,
            pictures=self._pictures.read(request.pictures, request.picture_urls),
            operator=request.operator,
            conversation_option=request.conversation_option,
            transcription_options=request.transcription_options,
            threshold=request.threshold,
            adjust_confidence_level=request.adjust_confidence_level,
            group_by=request.group_by,
            sort_option=request.sort_option,
            only=_only(request),
            other_index_ids=request.other_index_ids,
            tree=tree,
        )


def _only(request: SearchRequest) -> ParsedFilter:
    only = parse_filter(request.filter, generation=request.generation)
    if not request.video_ids:
        return only
    if only.ids is not None:
        raise errors.ParameterInvalid("video_ids", "the filter holds id already; send one of the two")
    return replace(only, ids=tuple(dict.fromkeys(request.video_ids)))


def _freeze(request: SearchRequest, outcome: SearchOutcome, transaction: Transaction) -> FrozenAnswer:
    totals = transaction.indexes.totals(list(request.index_ids)).values()
    return FrozenAnswer(
        request=replace(request, pictures=(), picture_urls=()),
        outcome=outcome,
        pool=SearchPool(
            request.index_id,
            sum(each.video_count for each in totals),
            sum(each.total_duration_s for each in totals),
            request.index_ids[1:],
        ),
        picture_count=len(request.pictures) + len(request.picture_urls),
    )


def _parts_of(token: str) -> tuple[str, int]:
    """Return the name of a kept answer and the number behind it."""
    name, _, number = token.rpartition("-")
    if not name or not number.isascii() or not number.isdigit():
        raise errors.PageExpired
    return name, int(number)


def _kept(name: str, owner: str, transaction: Transaction) -> FrozenAnswer:
    content = transaction.pages.get(name, owner=owner, at=now())
    if content is None:
        raise errors.PageExpired
    return msgspec.json.decode(content, type=FrozenAnswer)


def _explain_tokens(answer: FrozenAnswer, name: str) -> Mapping[tuple[VideoId, float], str]:
    if not answer.request.explain:
        return {}
    return {
        (moment.video_id, moment.span.start_s): f"{name}-{rank}"
        for rank, moment in enumerate(answer.outcome.moments, start=1)
    }


def _page(answer: FrozenAnswer, name: str, number: int, *, transaction: Transaction) -> SearchPage:
    """Cut a page out of a frozen answer; videos deleted since then are not shown."""
    limit = answer.request.page_limit
    hits: Sequence[Moment | VideoMoments] = (
        answer.outcome.groups if answer.request.group_by == "video" else answer.outcome.moments
    )
    start, total = number * limit, len(hits)
    if start >= total and number > 0:
        raise errors.PageExpired
    videos = _still_there(hits[start : start + limit], answer, transaction)
    shown = [hit for hit in hits[start : start + limit] if hit.video_id in videos]
    return SearchPage(
        request=answer.request,
        moments=[hit for hit in shown if isinstance(hit, Moment)],
        groups=[hit for hit in shown if isinstance(hit, VideoMoments)],
        total_results=total,
        total_moments=len(answer.outcome.moments),
        first_rank=start + 1,
        next_token=f"{name}-{number + 1}" if start + limit < total else None,
        prev_token=f"{name}-{number - 1}" if number > 0 else None,
        expires_at=now() + PAGE_LIFE,
        pool=answer.pool,
        no_confident_match=answer.outcome.no_confident_match,
        notes=answer.outcome.notes,
        homes=answer.outcome.homes,
        explain_tokens=_explain_tokens(answer, name),
        user_metadata={video_id: video.user_metadata for video_id, video in videos.items()},
    )


def _still_there(
    hits: Sequence[Moment | VideoMoments], answer: FrozenAnswer, transaction: Transaction
) -> Mapping[VideoId, Video]:
    videos = [
        transaction.videos.get(answer.home_of(video_id), video_id)
        for video_id in {hit.video_id for hit in hits}
    ]
    return {video.id: video for video in videos if video is not None}
