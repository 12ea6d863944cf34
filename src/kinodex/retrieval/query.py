"""What a search asks for, checked and ready to be answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kinodex.domain.arrays import Frame
from kinodex.domain.ids import IndexId
from kinodex.domain.options import Modality
from kinodex.domain.queries import Leaf, Node, leaves_of
from kinodex.retrieval.filters import EVERYTHING, ParsedFilter

DEFAULT_THRESHOLD = {"v1.1": "low", "v1.2": "low", "v1.3": "none"}
"""v1.3 ranks and drops nothing."""

_OPTIONS: Mapping[Modality, str] = {
    Modality.VISUAL: "visual",
    Modality.SPEECH: "conversation",
    Modality.SCREEN_TEXT: "text_in_video",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """
    One search. Values are checked before; text, pictures or both are there.

    Attributes:
        index_id: Where to look.
        generation: API version of the caller, ``v1.1``, ``v1.2`` or ``v1.3``: decides what options mean.
        options: Search options in the caller's words, at least one.
        text: What to look for, in words.
        pictures: What to look for, in pictures; any of them may match.
        operator: ``or``, or ``and``: the same moment must match all options.
        conversation_option: ``semantic`` (meaning and words), or ``exact_match``: the words as they stand.
        transcription_options: ``lexical``, ``semantic`` or both, for the option ``transcription``;
            ``None`` means both.
        threshold: ``high medium low none``; ``None`` takes the default of the version.
        adjust_confidence_level: In [0, 1], 0.5 is neutral: shifts the bands, never the order.
        group_by: ``clip`` or ``video``.
        sort_option: ``score`` or ``clip_count``, the latter for groups by video.
        only: The videos to look at.
        other_index_ids: Where to look too.
        modality: Where alone to look, whatever the options include; ``None`` for all they include.
        tree: What to look for in a combined query, instead of ``text``; leaves name pictures by number.
    """

    index_id: IndexId
    generation: str
    options: tuple[str, ...]
    text: str | None = None
    pictures: tuple[Frame, ...] = ()
    operator: str = "or"
    conversation_option: str = "semantic"
    transcription_options: tuple[str, ...] | None = None
    threshold: str | None = None
    adjust_confidence_level: float = 0.5
    group_by: str = "clip"
    sort_option: str = "score"
    only: ParsedFilter = EVERYTHING
    other_index_ids: tuple[IndexId, ...] = ()
    modality: Modality | None = None
    tree: Node | None = None

    @property
    def index_ids(self) -> tuple[IndexId, ...]:
        """All indexes to look in, each once."""
        return tuple(dict.fromkeys((self.index_id, *self.other_index_ids)))

    @property
    def words(self) -> str:
        """The text without blanks around it; empty where there is none."""
        return (self.text or "").strip()

    @property
    def effective_threshold(self) -> str:
        """The threshold asked for, or that of the version."""
        return self.threshold or DEFAULT_THRESHOLD[self.generation]

    @property
    def wants_exact_speech(self) -> bool:
        """Whether speech must hold the words themselves, in their order."""
        return self.conversation_option == "exact_match"


def options_of(leaf: Leaf, options: tuple[str, ...], *, generation: str) -> tuple[str, ...]:
    """Return the search options of a leaf: its own, that of its modality, or those of the whole query."""
    if leaf.options is not None:
        return leaf.options
    if leaf.modality is None:
        return options
    # The newest version has options of its own for how speech is searched.
    is_new_speech = leaf.modality is Modality.SPEECH and generation == "v1.3"
    return ("transcription",) if is_new_speech else (_OPTIONS[leaf.modality],)


def parts_of(query: SearchQuery) -> tuple[SearchQuery, ...]:
    """Return a search for each leaf of a query, in the order written; for a simple one, itself."""
    if query.tree is None:
        return (query,)
    return tuple(_part(query, leaf) for leaf in leaves_of(query.tree))


def _part(query: SearchQuery, leaf: Leaf) -> SearchQuery:
    return replace(
        query,
        tree=None,
        text=leaf.text,
        pictures=tuple(query.pictures[number - 1] for number in leaf.pictures),
        options=options_of(leaf, query.options, generation=query.generation),
        modality=leaf.modality,
        conversation_option=leaf.conversation_option or query.conversation_option,
    )
