"""An index: a named container of videos with one model profile and its options."""

from dataclasses import dataclass
from datetime import datetime

from kinodex.domain.ids import IndexId


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model named by the caller, echoed unchanged, and the options switched on for it."""

    name: str
    options: tuple[str, ...]

    @property
    def family(self) -> str:
        """The family its name belongs to: ``marengo`` finds moments, ``pegasus`` answers in words."""
        return "pegasus" if self.is_generative else "marengo"

    @property
    def is_generative(self) -> bool:
        """Whether the name belongs to the family that answers in words instead of finding moments."""
        return self.name.startswith("pegasus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """
    What is stored of an index.

    Options are kept in the words of ``generation``, the API version the index was made by;
    ``options.py`` says what they mean.
    """

    id: IndexId
    name: str
    models: tuple[ModelChoice, ...]
    created_at: datetime
    updated_at: datetime
    addons: tuple[str, ...] = ()
    generation: str = "v1.3"

    @property
    def options(self) -> tuple[str, ...]:
        """The options of all its models, each once, in the order given."""
        return tuple(dict.fromkeys(option for model in self.models for option in model.options))


@dataclass(frozen=True, slots=True)
class IndexTotals:
    """Ready videos of an index, counted."""

    video_count: int
    total_duration_s: float
