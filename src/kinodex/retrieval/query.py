"""What a search asks for, checked and ready to be answered."""

from dataclasses import dataclass

from kinodex.domain.arrays import Frame
from kinodex.domain.ids import IndexId
from kinodex.retrieval.filters import EVERYTHING, ParsedFilter

DEFAULT_THRESHOLD = {"v1.1": "low", "v1.2": "low", "v1.3": "none"}
"""v1.3 ranks and drops nothing."""


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
