"""
API versions: views over one domain, told apart by the first part of a path.

Routes are declared once, without a version. The version is cut off a path before routes are looked
up, and every route asks for it by ``GenerationDep``. A path without one is of the newest version.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kinodex.domain import errors

GENERATIONS = ("v1.1", "v1.2", "v1.3")
NEWEST = GENERATIONS[-1]

_PREFIX = re.compile(r"(?:/p)?/(v1\.[123])(?=/|$)")
_GENERATION = "kinodex.generation"
_PATH = "kinodex.path"


class VersionedPaths:
    """Cuts the version and a trailing slash off the path of each request, and remembers both."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under its plain path."""
        if scope["type"] == "http":
            path: str = scope["path"]
            found = _PREFIX.match(path)
            scope[_PATH] = path
            scope[_GENERATION] = found[1] if found else NEWEST
            rest = path[found.end() :] if found else path
            scope["path"] = rest.rstrip("/") or "/"
        await self._app(scope, receive, send)


def generation_of(scope: Scope) -> str:
    """Return the API version of a request."""
    return str(scope.get(_GENERATION, NEWEST))


def path_of(scope: Scope) -> str:
    """Return the path of a request as it was sent."""
    return str(scope.get(_PATH, scope["path"]))


async def _generation(request: Request) -> str:
    return generation_of(request.scope)


GenerationDep = Annotated[str, Depends(_generation)]
"""The API version of a request: ``"v1.1"``, ``"v1.2"`` or ``"v1.3"``."""


@dataclass(frozen=True)
class OnlyIn:
    """A dependency that hides a route from other API versions; the document of the API reads it too."""

    generations: tuple[str, ...]

    async def __call__(self, request: Request) -> None:
        """
        Check a request.

        Raises:
            EndpointUnknown: Its version has no such route.
        """
        if generation_of(request.scope) not in self.generations:
            raise errors.EndpointUnknown(path_of(request.scope))


def only_in(*generations: str) -> Any:
    """Return a dependency that hides a route from the other API versions."""
    return Depends(OnlyIn(generations))
