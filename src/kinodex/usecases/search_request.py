"""What a search asks for and what a page of its answer holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.moments import Moment
from kinodex.domain.videos import MetadataValue
from kinodex.retrieval.outcome import VideoMoments
from kinodex.usecases.known_answers import Revisions


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """
    A search in the caller's words.

    Attributes:
        index_id: Where to look.
        generation: API version of the caller: v1.1, v1.2 or v1.3.
        options: Search options as sent, at least one.
        text: What to look for; pictures may stand instead or beside.
        pictures: Bytes of JPEG, PNG or WebP files.
        picture_urls: Addresses of such files.
        operator: ``or``, or ``and``: the same moment must match all options.
        conversation_option: ``semantic`` or ``exact_match``.
        transcription_options: ``lexical``, ``semantic`` or both; ``None`` where not sent.
        threshold: ``high medium low none``; ``None`` takes the default of the version.
        adjust_confidence_level: 0-1, 0.5 is neutral; shifts the bands, not the order.
        group_by: ``clip`` or ``video``.
        sort_option: ``score`` or ``clip_count``.
        page_limit: Hits on a page, 1-50.
        filter: The filter object as sent, parsed from JSON; checked by the search.
        other_index_ids: Where to look too.
        video_ids: The only videos to look at; all where empty.
        language: What ``text`` is written in: ``plain`` words, or the search language ``kinodex``.
        explain: Whether hits get a token by which they can be computed again.
        combined: What to look for, instead of ``text``: a query object as sent; checked by the search.
    """

    index_id: IndexId
    generation: str
    options: tuple[str, ...]
    text: str | None = None
    pictures: tuple[bytes, ...] = ()
    picture_urls: tuple[str, ...] = ()
    operator: str = "or"
    conversation_option: str = "semantic"
    transcription_options: tuple[str, ...] | None = None
    threshold: str | None = None
    adjust_confidence_level: float = 0.5
    group_by: str = "clip"
    sort_option: str = "score"
    page_limit: int = 10
    filter: object = None
    other_index_ids: tuple[IndexId, ...] = ()
    video_ids: tuple[VideoId, ...] = ()
    language: str = "plain"
    combined: object = None
    explain: bool = False

    @property
    def index_ids(self) -> tuple[IndexId, ...]:
        """All indexes to look in, each once."""
        return tuple(dict.fromkeys((self.index_id, *self.other_index_ids)))


@dataclass(frozen=True, slots=True)
class SearchPool:
    """The whole of one index, or of several together, filtered or not; ``index_id`` is the first."""

    index_id: IndexId
    video_count: int
    total_duration_s: float
    other_index_ids: tuple[IndexId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """
    One page of a frozen answer.

    ``moments`` is filled when grouped by clip, ``groups`` when grouped by video. ``first_rank`` is the
    1-based place of the first hit in the whole answer. ``next_token`` is ``None`` on the last page.
    ``no_confident_match`` says that nothing reached the band ``low``; ``notes`` what is degraded and why.
    ``request`` is the search without its pictures. ``homes`` says in which index each video is, where
    several were asked. ``explain_tokens`` has one for each moment, by video and start, where asked for.
    ``revisions`` are those of the indexes it was made from, ``None`` where the same search may find
    something else although they are the same.
    """

    request: SearchRequest
    moments: Sequence[Moment]
    groups: Sequence[VideoMoments]
    total_results: int
    total_moments: int
    first_rank: int
    next_token: str | None
    prev_token: str | None
    expires_at: datetime
    pool: SearchPool
    no_confident_match: bool
    notes: Sequence[str] = ()
    homes: Mapping[VideoId, IndexId] = field(default_factory=dict)
    explain_tokens: Mapping[tuple[VideoId, float], str] = field(default_factory=dict)
    user_metadata: Mapping[VideoId, Mapping[str, MetadataValue]] = field(default_factory=dict)
    revisions: Revisions | None = None
