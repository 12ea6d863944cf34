"""The web server around the application."""

import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from kinodex.http.drain import GRACE_S, Drain


class Server(uvicorn.Server):
    """
    Serves until it is told to stop; then the drain begins.

    Signals are not raised again when it has ended, as its base does: what was there before it hears of them
    at once.
    """

    def __init__(
        self,
        app: FastAPI,
        *,
        drain: Drain,
        told: threading.Event,
        stop: Callable[[int, FrameType | None], None],
    ) -> None:
        """
        Prepare.

        Args:
            app: What it serves.
            drain: Begun when it is told to stop.
            told: Whether it was told before it began to serve.
            stop: Hears of each signal.
        """
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            proxy_headers=False,
        )
        super().__init__(config)
        self._drain = drain
        self._stop = stop
        self.should_exit = told.is_set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        self.should_exit = True
        self._stop(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin the drain, and close what is open when it is over."""
        self._drain.begin()
        await super().shutdown(sockets)
