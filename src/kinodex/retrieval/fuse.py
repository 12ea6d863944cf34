"""
Fusion: the clues of one video become one curve of probability over its time.

Probabilities of different modalities are independent witnesses and meet by noisy-or (J. Pearl,
"Probabilistic Reasoning in Intelligent Systems", 1988, section 4.3.2): ``1 - (1 - p) * (1 - q)``. Words
and meaning of the same line are one witness heard twice: the stronger counts.
The curve is exact: its steps lie where clues begin and end, so moments cut from it do so too.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.domain.arrays import AnyArray
from kinodex.domain.options import Modality
from kinodex.retrieval.channels import Channel, Wanted
from kinodex.retrieval.clues import Clue


@dataclass(frozen=True, slots=True)
class Curve:
    """
    A step function of time.

    ``bounds_s`` is ``float64``, ascending, shape ``(n + 1,)``; ``probability`` ``float64`` in [0, 1],
    shape ``(n,)``: cell *i* lasts from ``bounds_s[i]`` to ``bounds_s[i + 1]``.
    """

    bounds_s: AnyArray
    probability: AnyArray


def fuse(clues: Sequence[Clue], wanted: Wanted, *, operator: str) -> Curve:
    """
    Return the probability, at each time, that a query means it.

    Args:
        clues: Those of one video, at least one.
        wanted: The channels of each option.
        operator: ``or``: any option; ``and``: the weakest of all options.
    """
    bounds_s = np.unique([edge for clue in clues for edge in (clue.span.start_s, clue.span.end_s)])
    curves = _channel_curves(clues, bounds_s)
    nothing = np.zeros(len(bounds_s) - 1)
    if operator == "and":
        options = [_any_of(channels, curves, nothing) for channels in wanted.values()]
        return Curve(bounds_s, np.minimum.reduce(options))
    return Curve(bounds_s, _any_of(frozenset().union(*wanted.values()), curves, nothing))


def _channel_curves(clues: Iterable[Clue], bounds_s: AnyArray) -> Mapping[Channel, AnyArray]:
    curves: dict[Channel, AnyArray] = defaultdict(lambda: np.zeros(len(bounds_s) - 1))
    for clue in clues:
        first, end = np.searchsorted(bounds_s, (clue.span.start_s, clue.span.end_s))
        cells = curves[clue.channel][first:end]
        np.maximum(cells, clue.probability, out=cells)
    return curves


def _any_of(channels: Iterable[Channel], curves: Mapping[Channel, AnyArray], nothing: AnyArray) -> AnyArray:
    missed = np.ones_like(nothing)
    for witness in _witnesses(channels):
        missed *= 1.0 - np.maximum.reduce([curves.get(channel, nothing) for channel in witness])
    return 1.0 - missed


def _witnesses(channels: Iterable[Channel]) -> Iterable[Sequence[Channel]]:
    """Group channels that hear the same thing; the words and the pictures of a query ask for two things."""
    groups: dict[tuple[str, ...], list[Channel]] = defaultdict(list)
    for channel in sorted(channels):
        apart = (channel.how,) if channel.modality is Modality.VISUAL else ()
        groups[channel.modality, *apart].append(channel)
    return groups.values()
