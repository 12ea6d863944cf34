"""Classification: which of some classes show in videos, page by page."""

import re
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from kinodex.domain import errors
from kinodex.domain.classification import ClassMatch
from kinodex.domain.clock import now
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.indexes import Index
from kinodex.domain.options import SEARCH_OPTIONS, allowed_in_search
from kinodex.domain.videos import Video
from kinodex.engines.executor import Executor
from kinodex.retrieval.candidates import LEAST_PROBABILITY, Haystack
from kinodex.retrieval.classification import WantedClass, classify
from kinodex.retrieval.confidence import Bands, probability_of
from kinodex.retrieval.query import SearchQuery
from kinodex.stores.protocols import Records, Transaction, VectorStore
from kinodex.usecases.indexes import require_index
from kinodex.usecases.search_checks import LONGEST_TEXT

PAGE_LIFE = timedelta(minutes=20)
MOST_PROMPTS = 100
MOST_VIDEOS = 1_000
MOST_CLIPS = 1_000
"""Clips of one class in one video that are named."""
_TOKEN = re.compile(r"[0-9a-f]{32}-[0-9]{1,9}")
CONFIDENCES = ("high", "medium", "low", "none")
_WAYS = ("semantic", "exact_match")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRequest:
    """A class in the caller's words; ``None`` takes what the request says for all classes."""

    name: str
    prompts: tuple[str, ...]
    options: tuple[str, ...] | None = None
    conversation_option: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyRequest:
    """
    What is to be classified, and how.

    Attributes:
        generation: API version of the caller, v1.1 or v1.2.
        classes: At least one.
        options: Where to look, as in a search.
        video_ids: Which videos, of any index; or
        index_id: all that an index holds now.
        conversation_option: ``semantic`` or ``exact_match``.
        least_confidence: Confidence from which on a stretch is a clip: high, medium, low or none.
        least_clip_score: The same as a score, 0-100; it wins where it is there.
        least_video_score: Classes with a lower score are left out, 0-100.
        least_duration_ratio: Classes that show for a smaller part of the video are left out, 0-1.
        with_clips: Whether answers name clips.
        with_details: Whether answers tell how scores are made.
        page_limit: Videos on a page, 1-50.
    """

    generation: str
    classes: tuple[ClassRequest, ...]
    options: tuple[str, ...]
    video_ids: tuple[VideoId, ...] = ()
    index_id: IndexId | None = None
    conversation_option: str = "semantic"
    least_confidence: str = "low"
    least_clip_score: float | None = None
    least_video_score: float = 0.0
    least_duration_ratio: float = 0.0
    with_clips: bool = False
    with_details: bool = False
    page_limit: int = 10


@dataclass(frozen=True, slots=True)
class ClassifiedVideo:
    """A video and the classes that show in it, best first."""

    video: Video
    classes: tuple[ClassMatch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifyPage:
    """One page: videos in the order asked for, newest first where a whole index is asked for."""

    request: ClassifyRequest
    videos: Sequence[ClassifiedVideo]
    total_results: int
    next_token: str | None
    prev_token: str | None
    expires_at: datetime
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What is kept for further pages: which videos, each with its index. Classes are found page by page."""

    request: ClassifyRequest
    videos: tuple[tuple[IndexId, VideoId], ...]


class Classification:
    """Finds out which classes show in videos."""

    def __init__(self, *, records: Records, vectors: VectorStore, executor: Executor) -> None:
        self._records = records
        self._vectors = vectors
        self._executor = executor

    def classify(
        self, request: ClassifyRequest, *, owner: str, reach: Sequence[IndexId] | None = None
    ) -> ClassifyPage:
        """
        Classify and return the first page.

        Args:
            request: What is to be classified.
            owner: Id of the key that asks; only it can turn the pages.
            reach: Indexes the key reaches; ``None`` for all.

        Raises:
            NotFound: No such index or video.
            VideoNotReady: A video is not indexed yet.
            ParameterMissing: No class, name, prompt, option or video.
            ParameterInvalid: A value outside its range.
            TooManyPrompts: More prompts than one request may have.
            SearchOptionUnsupported: An option an index does not have.
            ClassifyOptionsConflict: Options that exclude one another.
            EngineNotReady: Weights are missing.
        """
        _check(request)
        with self._records.read() as transaction:
            chosen = _chosen(transaction, request, reach)
            frozen = _Frozen(replace(request, video_ids=()), chosen)
            name = secrets.token_hex(16)
            page = self._page(frozen, name, 0, transaction)
        if page.next_token is not None:
            with self._records.write() as transaction:
                transaction.pages.add(
                    name, owner=owner, content=msgspec.json.encode(frozen), expires_at=page.expires_at
                )
        return page

    def page(self, token: str, *, owner: str) -> ClassifyPage:
        """
        Return a further page of an earlier classification.

        Raises:
            ClassifyTokenInvalid: Not the form of a token.
            ClassifyTokenExpired: Unknown, expired, or another key's.
        """
        if not _TOKEN.fullmatch(token):
            raise errors.ClassifyTokenInvalid(token)
        name, _, number = token.partition("-")
        with self._records.read() as transaction:
            content = transaction.pages.get(name, owner=owner, at=now())
            if content is None:
                raise errors.ClassifyTokenExpired
            try:
                frozen = msgspec.json.decode(content, type=_Frozen)
            except msgspec.ValidationError as error:  # the token of a search
                raise errors.ClassifyTokenExpired from error
            if int(number) * frozen.request.page_limit >= len(frozen.videos):
                raise errors.ClassifyTokenExpired
            return self._page(frozen, name, int(number), transaction)

    def _page(self, frozen: _Frozen, name: str, number: int, transaction: Transaction) -> ClassifyPage:
        limit, total = frozen.request.page_limit, len(frozen.videos)
        start = number * limit
        videos = [
            video
            for index_id, video_id in frozen.videos[start : start + limit]
            if (video := transaction.videos.get(index_id, video_id)) is not None
        ]
        classes, notes = self._classes(frozen.request, videos, transaction)
        return ClassifyPage(
            request=frozen.request,
            videos=[ClassifiedVideo(video, _kept(classes[video.id], frozen.request)) for video in videos],
            total_results=total,
            next_token=f"{name}-{number + 1}" if start + limit < total else None,
            prev_token=f"{name}-{number - 1}" if number > 0 else None,
            expires_at=now() + PAGE_LIFE,
            notes=notes,
        )

    def _classes(
        self, request: ClassifyRequest, videos: Sequence[Video], transaction: Transaction
    ) -> tuple[Mapping[VideoId, tuple[ClassMatch, ...]], tuple[str, ...]]:
        by_index: dict[IndexId, dict[VideoId, float]] = defaultdict(dict)
        for video in videos:
            by_index[video.index_id][video.id] = video.facts.duration_s
        found: dict[VideoId, tuple[ClassMatch, ...]] = {}
        notes: list[str] = []
        for index_id, durations_s in by_index.items():
            wanted = _wanted(request, require_index(transaction, index_id))
            haystack = Haystack(transaction, self._vectors, self._executor, tuple(durations_s))
            answer = classify(wanted, durations_s, haystack, least=_least(request))
            found.update(answer.classes)
            notes += answer.notes
        return found, tuple(dict.fromkeys(notes))


def _least(request: ClassifyRequest) -> float:
    """Return the probability from which on a stretch is a clip; what speaks for nothing never is one."""
    score = request.least_clip_score
    least = Bands().least(request.least_confidence) if score is None else probability_of(score)
    return max(least, LEAST_PROBABILITY)


def _chosen(
    transaction: Transaction, request: ClassifyRequest, reach: Sequence[IndexId] | None
) -> tuple[tuple[IndexId, VideoId], ...]:
    """Return the videos that are meant, each with its index, once their indexes have been checked."""
    if request.index_id is not None:
        _wanted(request, require_index(transaction, request.index_id))
        newest_first = sorted(transaction.videos.matching(request.index_id, ()), reverse=True)
        return tuple((request.index_id, video_id) for video_id in newest_first)
    chosen = []
    for video_id in dict.fromkeys(request.video_ids):
        task = transaction.tasks.of_video(video_id)
        if task is None or (reach is not None and task.index_id not in reach):
            raise errors.NotFound("video", video_id)
        if transaction.videos.get(task.index_id, video_id) is None:
            raise errors.VideoNotReady(video_id)
        chosen.append((task.index_id, video_id))
    for index_id in dict.fromkeys(index_id for index_id, _ in chosen):
        _wanted(request, require_index(transaction, index_id))
    return tuple(chosen)


def _wanted(request: ClassifyRequest, index: Index) -> list[WantedClass]:
    """
    Return what is looked for in an index.

    Raises:
        SearchOptionUnsupported: An option the index does not have.
    """
    allowed = allowed_in_search(index.options, generation=index.generation)
    wanted = []
    for each in request.classes:
        options = each.options or request.options
        for option in options:
            if option not in allowed or option not in SEARCH_OPTIONS:
                raise errors.SearchOptionUnsupported(option, allowed)
        prompts = tuple(
            SearchQuery(
                index_id=index.id,
                generation=request.generation,
                options=options,
                text=prompt,
                conversation_option=each.conversation_option or request.conversation_option,
            )
            for prompt in each.prompts
        )
        wanted.append(WantedClass(each.name, prompts))
    return wanted


def _kept(classes: Sequence[ClassMatch], request: ClassifyRequest) -> tuple[ClassMatch, ...]:
    return tuple(
        replace(each, clips=each.clips[:MOST_CLIPS])
        for each in classes
        if each.clips
        and each.score >= request.least_video_score
        and each.duration_ratio >= request.least_duration_ratio
    )


def _check(request: ClassifyRequest) -> None:
    if not request.classes:
        raise errors.ParameterMissing("classes")
    for each in request.classes:
        _check_class(each, request)
    names = [each.name for each in request.classes]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise errors.ParameterInvalid("classes", f"two of them are named {twice[:80]!r}")
    prompts = sum(len(each.prompts) for each in request.classes)
    if prompts > MOST_PROMPTS:
        raise errors.TooManyPrompts(prompts, MOST_PROMPTS)
    if request.index_id is None and not request.video_ids:
        raise errors.ParameterMissing("video_ids")
    if len(request.video_ids) > MOST_VIDEOS:
        reason = f"{len(request.video_ids)} videos are named and the maximum is {MOST_VIDEOS}"
        raise errors.ParameterInvalid("video_ids", reason)
    if not 1 <= request.page_limit <= 50:  # noqa: PLR2004  the range the API documents
        raise errors.ParameterInvalid("page_limit", f"{request.page_limit} is not between 1 and 50")
    _check_threshold(request)


def _check_threshold(request: ClassifyRequest) -> None:
    if request.least_confidence not in CONFIDENCES:
        listed = ", ".join(CONFIDENCES)
        raise errors.ParameterInvalid("threshold", f"{request.least_confidence!r} is not one of {listed}")
    for name, value, most in (
        ("min_clip_score", request.least_clip_score or 0, 100),
        ("min_video_score", request.least_video_score, 100),
        ("min_duration_ratio", request.least_duration_ratio, 1),
    ):
        if not 0 <= value <= most:
            raise errors.ParameterInvalid("threshold", f"{name} {value:g} is not between 0 and {most}")


def _check_class(each: ClassRequest, request: ClassifyRequest) -> None:
    if not each.prompts:
        raise errors.ParameterMissing("prompts")
    for prompt in each.prompts:
        if len(prompt) > LONGEST_TEXT:
            reason = f"one has {len(prompt)} characters and the maximum is {LONGEST_TEXT}"
            raise errors.ParameterInvalid("prompts", reason)
    options = each.options or request.options
    if not options:
        raise errors.ParameterMissing("options")
    way = each.conversation_option or request.conversation_option
    if way not in _WAYS:
        raise errors.ParameterInvalid("conversation_option", f"{way[:80]!r} is not one of {', '.join(_WAYS)}")
    if way == "exact_match" and "conversation" not in options:
        reason = "conversation_option exact_match needs the option conversation."
        raise errors.ClassifyOptionsConflict(f"Class {each.name[:80]!r}: {reason}")
