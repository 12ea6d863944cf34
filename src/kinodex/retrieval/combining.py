"""A combined query in one index: each leaf is looked for, and the tree joins what was found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.queries import And, Leaf, Node, Not, Or
from kinodex.retrieval.algebra import Match, all_of, any_of, in_order, without
from kinodex.retrieval.candidates import Haystack
from kinodex.retrieval.looking import Looked, Timelines, look
from kinodex.retrieval.query import SearchQuery, parts_of

NOTHING: Sequence[Match] = ()


class Combining:
    """
    Finds the matches of a query in one index.

    Attributes:
        index_id: Where.
        looked: What was found for each leaf, by its number in the order written.
    """

    def __init__(
        self, query: SearchQuery, index_id: IndexId, haystack: Haystack, *, confident: float
    ) -> None:
        """
        Prepare.

        Args:
            query: A simple one is a tree of one leaf.
            index_id: Where to look.
            haystack: What is there.
            confident: The least probability of what is left out by ``not``.
        """
        self.index_id = index_id
        self.looked: list[Looked] = []
        self._tree: Node = query.tree or Leaf()
        self._parts = parts_of(query)
        self._haystack = haystack
        self._confident = confident

    def timelines(self) -> Timelines:
        """
        Look for every leaf and return the matches of the whole.

        Raises:
            EngineNotReady: Weights are missing.
            EngineFailed: A model fails.
        """
        return self._of(self._tree, self._haystack)

    def _of(self, node: Node, haystack: Haystack) -> Timelines:
        if isinstance(node, Leaf):
            number = len(self.looked)
            self.looked.append(look(self._parts[number], self.index_id, haystack))
            return self.looked[number].timelines(number)
        if isinstance(node, Not):
            origin = self._of(node.origin, haystack)
            # Only where it could leave something out: so the cut of candidates hides less of it.
            sub = self._of(node.sub, replace(haystack, videos=sorted(origin)))
            return {
                video_id: without(matches, sub.get(video_id, NOTHING), confident=self._confident)
                for video_id, matches in origin.items()
            }
        operands = [self._of(operand, haystack) for operand in node.operands]
        if isinstance(node, Or):
            return _joined(operands, any_of)
        join = all_of if isinstance(node, And) else in_order
        return _joined(operands, lambda each: join(each, within_s=node.within_s))


def _joined(
    operands: Sequence[Timelines], join: Callable[[Sequence[Sequence[Match]]], Sequence[Match]]
) -> Mapping[VideoId, Sequence[Match]]:
    videos = sorted(set[VideoId]().union(*operands))
    return {
        video_id: join([timelines.get(video_id, NOTHING) for timelines in operands]) for video_id in videos
    }
