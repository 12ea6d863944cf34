"""What a decode pass had to do without, and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from kinodex.domain.timeline import Span
from kinodex.domain.warnings import Missing, VideoWarning

NEAR_S = 1.0
"""Damage that follows this soon belongs to the same stretch: one lost packet spoils what leans on it."""

SHORTEST_HOLE_S = 0.5
"""A shorter pause in both pictures and sound is not worth a word."""

SHORTEST_CUT_S = 1.0
"""Headers round; less than this is not missing at the end."""

MOST_STRETCHES = 50


@dataclass(frozen=True, slots=True)
class Stretch:
    """A damaged stretch: how many packets, and what was wrong with the first."""

    span: Span
    reason: str
    packets: int = 1

    def joined(self, other: "Stretch") -> "Stretch":
        """Return both as one, the other being later or overlapping."""
        span = Span(min(self.span.start_s, other.span.start_s), max(self.span.end_s, other.span.end_s))
        return replace(self, span=span, packets=self.packets + other.packets)


@dataclass(slots=True)
class Damage:
    """Gathers damage while a file is decoded; a few stretches, however many packets."""

    packets: int = 0
    first_reason: str = ""
    _stretches: dict[Missing, list[Stretch]] = field(
        default_factory=lambda: {"pictures": [], "sound": []}, init=False
    )

    def note(self, missing: Missing, span: Span, reason: str) -> None:
        """Take note of one damaged packet and of the time it stands for."""
        self.packets += 1
        self.first_reason = self.first_reason or reason
        self._extend(missing, Stretch(span, reason))

    def widen(self, missing: Missing, span: Span, reason: str) -> None:
        """Take note of what is lost besides the damaged packets themselves."""
        self._extend(missing, Stretch(span, reason, packets=0))

    def warnings(self, end_s: float) -> Iterator[VideoWarning]:
        """Yield a warning for each stretch before the end, pictures first."""
        for missing, stretches in self._stretches.items():
            inside = [stretch for stretch in stretches if stretch.span.start_s < end_s]
            for stretch in few(inside):
                yield _warning(missing, stretch, end_s)

    def _extend(self, missing: Missing, stretch: Stretch) -> None:
        stretches = self._stretches[missing]
        if stretches and stretch.span.start_s - stretches[-1].span.end_s <= NEAR_S:
            stretches[-1] = stretches[-1].joined(stretch)
        else:
            stretches.append(stretch)


def few(stretches: Sequence[Stretch], *, most: int = MOST_STRETCHES) -> list[Stretch]:
    """Return the stretches, those nearest to each other joined until there are few."""
    near_s, kept = NEAR_S, list(stretches)
    while len(kept) > most:
        near_s *= 2
        joined = kept[:1]
        for stretch in kept[1:]:
            if stretch.span.start_s - joined[-1].span.end_s <= near_s:
                joined[-1] = joined[-1].joined(stretch)
            else:
                joined.append(stretch)
        kept = joined
    return kept


def holes_in_both(pictures: Sequence[Span], sound: Sequence[Span]) -> Iterator[Span]:
    """
    Yield when there is neither picture nor sound.

    A pause in one of them is common and means nothing; in both at once, bytes are missing.
    """
    for hole in pictures:
        for silence in sound:
            both = Span(max(hole.start_s, silence.start_s), min(hole.end_s, silence.end_s))
            if both.duration_s >= SHORTEST_HOLE_S:
                yield both


def cut_off(missing: Missing, *, reached_s: float, declared_s: float) -> Iterator[VideoWarning]:
    """Yield a warning if a stream ends before it says it does."""
    if declared_s - reached_s >= SHORTEST_CUT_S:
        verb = "end" if missing == "pictures" else "ends"
        message = f"{missing.capitalize()} {verb} at {reached_s:.2f} s; the file declares {declared_s:.2f} s."
        yield VideoWarning(message, missing, Span(reached_s, declared_s))


def _warning(missing: Missing, stretch: Stretch, end_s: float) -> VideoWarning:
    span = Span(max(0.0, stretch.span.start_s), min(end_s, max(stretch.span.end_s, stretch.span.start_s)))
    verb = "are" if missing == "pictures" else "is"
    packets = f"{stretch.packets} damaged packets; " if stretch.packets else ""
    message = (
        f"{missing.capitalize()} from {span.start_s:.2f} s to {span.end_s:.2f} s {verb} damaged or missing "
        f"({packets}{stretch.reason})."
    )
    return VideoWarning(message, missing, span)
