"""
All routes in one table, by the first word of their paths.

The framework asks one route after the other, which for a hundred of them takes longer than most answers do;
here only those are asked whose paths begin with the same word, in the order they were declared in.
"""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_FOUND = "kinodex.found"


class RouteTable(BaseRoute):
    """One route that stands for many; they keep their order, and what they answer to other methods."""

    def __init__(self, routes: Sequence[BaseRoute]) -> None:
        """
        Take routes, whose paths are whole.

        Args:
            routes: In the order in which they are tried.
        """
        words = [_first_word(str(getattr(route, "path", ""))) for route in routes]
        numbered = list(zip(words, routes, strict=True))
        # A path that begins with a parameter, or of a whole application, may match any word.
        self._others = tuple(route for word, route in numbered if "{" in word or not word)
        self._by_word = {
            wanted: tuple(route for word, route in numbered if word == wanted or route in self._others)
            for wanted in {word for word in words if word and "{" not in word}
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return what the first route says that takes path and method, or else the first with the path."""
        partial: Scope | None = None
        for route in self._by_word.get(_first_word(scope.get("path", "")), self._others):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, _FOUND: route}
            if match is Match.PARTIAL and partial is None:
                partial = {**found, _FOUND: route}
        return (Match.NONE, {}) if partial is None else (Match.PARTIAL, partial)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request by the route that was found."""
        route: BaseRoute = scope[_FOUND]
        await route.handle(scope, receive, send)


def _first_word(path: str) -> str:
    return path.lstrip("/").partition("/")[0]
