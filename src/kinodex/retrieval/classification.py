"""
Zero-shot classification: how likely, when and for how long something shows in videos.

A class is a few descriptions. Each is compared with all of a video by the channels of a search, whose
calibrated probabilities become one curve over time; nothing is cut off, so that a class that shows all
the time is found all the time. A clip is a stretch where the curve stays above the threshold.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinodex.domain.classification import ClassClip, ClassMatch
from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Span
from kinodex.retrieval.candidates import Haystack, gather_clues
from kinodex.retrieval.channels import Channel, Wanted, wanted_channels
from kinodex.retrieval.clues import Clue
from kinodex.retrieval.confidence import score_of
from kinodex.retrieval.fuse import Curve, fuse
from kinodex.retrieval.moments import SHORT_DIP_S
from kinodex.retrieval.notes import notes_on
from kinodex.retrieval.query import SearchQuery


@dataclass(frozen=True, slots=True)
class WantedClass:
    """A class: its name, and for each of its prompts what is looked for; at least one."""

    name: str
    prompts: tuple[SearchQuery, ...]


@dataclass(frozen=True, slots=True)
class Classified:
    """The classes of each video, best first, and what could not be taken into account."""

    classes: Mapping[VideoId, tuple[ClassMatch, ...]]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What speaks for a prompt in one video."""

    probability: float
    clips: tuple[ClassClip, ...]


def classify(
    wanted: Sequence[WantedClass], durations_s: Mapping[VideoId, float], haystack: Haystack, *, least: float
) -> Classified:
    """
    Return how each class shows in each video.

    Args:
        wanted: The classes, all of one index.
        durations_s: The videos and how long they are.
        haystack: Where is looked: in these videos.
        least: Probability from which on a stretch is a clip, in (0, 1].

    Raises:
        EngineNotReady: Weights are missing.
        EngineFailed: A model fails.
    """
    whole = replace(haystack, is_whole=True)
    found: dict[VideoId, dict[str, list[_Shown]]] = defaultdict(lambda: defaultdict(list))
    notes: list[str] = []
    for each in wanted:
        for prompt in each.prompts:
            channels = wanted_channels(prompt)
            gathered = gather_clues(prompt, frozenset[Channel]().union(*channels.values()), whole)
            notes += notes_on(prompt, channels, gathered)
            clues = defaultdict[VideoId, list[Clue]](list)
            for clue in (clue for answer in gathered.values() for clue in answer.clues):
                clues[clue.video_id].append(clue)
            for video_id, there in clues.items():
                found[video_id][each.name].append(_shown(there, channels, prompt, least=least))
    names = [each.name for each in wanted]
    classes = {
        video_id: _matches(names, found[video_id], duration_s=duration_s)
        for video_id, duration_s in durations_s.items()
    }
    return Classified(classes, tuple(dict.fromkeys(notes)))


def _shown(clues: Sequence[Clue], wanted: Wanted, prompt: SearchQuery, *, least: float) -> _Shown:
    curve = fuse(clues, wanted, operator="or")
    clips = [
        _clip(span, probability, clues, wanted, prompt) for span, probability in _stretches(curve, least)
    ]
    return _Shown(float(curve.probability.max(initial=0.0)), tuple(clips))


def _stretches(curve: Curve, least: float) -> Iterator[tuple[Span, float]]:
    """Yield where a curve is above a threshold, dips shorter than two seconds included, and its top there."""
    first: int | None = None
    last = 0
    for cell in np.flatnonzero(curve.probability >= least):
        if first is not None and curve.bounds_s[cell] - curve.bounds_s[last + 1] >= SHORT_DIP_S:
            yield _stretch(curve, first, last)
            first = None
        first, last = int(cell) if first is None else first, int(cell)
    if first is not None:
        yield _stretch(curve, first, last)


def _stretch(curve: Curve, first: int, last: int) -> tuple[Span, float]:
    span = Span(float(curve.bounds_s[first]), float(curve.bounds_s[last + 1]))
    return span, float(curve.probability[first : last + 1].max())


def _clip(
    span: Span, probability: float, clues: Sequence[Clue], wanted: Wanted, prompt: SearchQuery
) -> ClassClip:
    best = max((clue for clue in clues if clue.span.overlaps(span)), key=lambda clue: clue.probability)
    is_picture = best.channel.modality is Modality.VISUAL
    middle_s = (best.span.start_s + best.span.end_s) / 2
    return ClassClip(
        span=span,
        score=score_of(probability),
        option=next(option for option, channels in wanted.items() if best.channel in channels),
        prompt=prompt.words,
        at_s=min(max(best.at_s if is_picture else middle_s, span.start_s), span.end_s),
    )


def _matches(
    names: Sequence[str], found: Mapping[str, Sequence[_Shown]], *, duration_s: float
) -> tuple[ClassMatch, ...]:
    best = {name: max((each.probability for each in found.get(name, ())), default=0.0) for name in names}
    total = sum(best.values())
    matches = []
    for name in names:
        clips = [clip for each in found.get(name, ()) for clip in each.clips]
        clips.sort(key=lambda clip: (-clip.score, clip.span.start_s, clip.prompt))
        covered_s = _covered_s([clip.span for clip in clips])
        matches.append(
            ClassMatch(
                name=name,
                score=score_of(best[name]),
                average_score=_average_score(clips),
                share=best[name] / total if total else 0.0,
                duration_ratio=min(1.0, covered_s / duration_s) if duration_s > 0 else 0.0,
                clips=tuple(clips),
            )
        )
    return tuple(sorted(matches, key=lambda match: -match.score))


def _average_score(clips: Sequence[ClassClip]) -> float:
    if not clips:
        return 0.0
    lengths_s = [clip.span.duration_s for clip in clips]
    return float(np.average([clip.score for clip in clips], weights=lengths_s))


def _covered_s(spans: Sequence[Span]) -> float:
    """Return the length of some stretches together, each instant counted once."""
    covered_s = reached_s = 0.0
    for span in sorted(spans, key=lambda span: span.start_s):
        covered_s += max(0.0, span.end_s - max(span.start_s, reached_s))
        reached_s = max(reached_s, span.end_s)
    return covered_s
