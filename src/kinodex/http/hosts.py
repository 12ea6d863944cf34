"""Only names that mean this server: a web page elsewhere must not reach us by changing its DNS."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from kinodex.http.errors import HostNotAllowed, answer_to


class KnownHosts:
    """Refuses requests under another name than those given, with status 421."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if its ``Host`` is one of ours, whatever the port."""
        if scope["type"] == "http" and not self._knows(Headers(scope=scope).get("host", "")):
            await answer_to(HostNotAllowed())(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, host: str) -> bool:
        name, colon, port = host.rpartition(":")
        has_port = bool(colon) and port.isdigit()
        return (name if has_port else host).lower() in self._names
