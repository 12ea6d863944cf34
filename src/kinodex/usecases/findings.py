"""What was found where records and bytes do not agree."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    Something that does not agree.

    ``kind`` is stable and stands in ``docs/operations/fsck.md``; ``subject`` is an id, a key or a path.
    """

    kind: str
    subject: str
    sentence: str
    is_repairable: bool = True
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Mend:
    """A finding and what repairs it; nothing does where there is no ``repair``."""

    finding: Finding
    repair: Callable[[], None] | None = None

    def told(self, *, is_repaired: bool) -> Finding:
        """Return the finding with what can be done and, if it was done, that it was."""
        is_repairable = self.repair is not None
        return replace(self.finding, is_repairable=is_repairable, is_repaired=is_repaired and is_repairable)
