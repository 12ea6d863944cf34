"""The vectors of texts that were asked for lately: people ask for the same words again and again."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from kinodex.domain.arrays import Vectors

MOST = 4_096
"""Texts remembered: with the largest vectors served here some 8 MB."""
MOST_AT_ONCE = 8
"""So many texts may be a query; more are lines of a video, which come once."""
LONGEST_CHARACTERS = 2_000


class KnownTexts:
    """
    Remembers vectors by their texts, for one engine; safe in threads.

    An engine gives a text the same vector whatever stands beside it, so what is remembered is what it would
    say again.
    """

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        """
        Return the vectors of texts, shape ``(n, d)``; ``embed`` makes those that are not known.

        What ``embed`` raises passes, and nothing of it is remembered.
        """
        if not 0 < len(texts) <= MOST_AT_ONCE or any(len(text) > LONGEST_CHARACTERS for text in texts):
            return embed(texts)
        found = {text: self._recall(text) for text in texts}
        missing = [text for text, vector in found.items() if vector is None]
        if missing:
            for text, row in zip(missing, embed(missing), strict=True):
                found[text] = self._remember(text, row)
        return np.stack([vector for text in texts if (vector := found[text]) is not None])

    def _recall(self, text: str) -> Vectors | None:
        with self._lock:
            vector = self._vectors.get(text)
            if vector is not None:
                self._vectors.move_to_end(text)
            return vector

    def _remember(self, text: str, row: Vectors) -> Vectors:
        vector = row.copy()  # a row of its own: a view would keep its whole batch in memory
        with self._lock:
            self._vectors[text] = vector
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)
        return vector
