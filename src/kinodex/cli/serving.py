"""``kinodex serve`` and ``kinodex worker``: processes that stay."""

import signal
import socket
import threading
from typing import Annotated

import typer

from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.logs import configure_logs
from kinodex.cli.options import DataDir, settings_with
from kinodex.cli.output import out

STOP_S = 10
"""Requests in flight get so long to end when the server is told to stop."""


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    data_dir: DataDir = None,
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Index videos in this process too.")
    ] = True,
) -> None:
    """Serve the API; index videos in the same process unless told otherwise."""
    import uvicorn  # noqa: PLC0415  a second of imports that other commands do without

    from kinodex import bootstrap  # noqa: PLC0415  likewise

    settings = settings_with(context, host=host, port=port, data_dir=data_dir)
    configure_logs(level=settings.log_level, form=settings.log_format)
    _end_in_order()
    with bootstrap.running(settings, api=True, worker=with_worker) as running:
        config = uvicorn.Config(
            running.http_app(),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
            proxy_headers=False,
        )
        listening = _listen(settings.host, settings.port)
        address = f"http://{_shown_host(settings.host)}:{listening.getsockname()[1]}"
        out.print(f"Kinodex listens on {address}")
        out.print(f"API key: {running.where_the_key_is()}", markup=False)
        uvicorn.Server(config).run(sockets=[listening])


def worker(context: typer.Context, data_dir: DataDir = None) -> None:
    """Index videos; for the database and blob store of many machines."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    configure_logs(level=settings.log_level, form=settings.log_format)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with bootstrap.running(settings, api=False, worker=True):
        out.print("Kinodex works; stop with Ctrl-C")
        stop.wait()


def _end_in_order() -> None:
    """
    Let the end of a ``with`` block follow a signal to stop.

    The web server catches the signal, ends, and raises it again for handlers that were there before:
    the system's own would kill the process before the worker is stopped.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: None)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        message = f"Cannot listen on {host} port {port}: {error.strerror}."
        raise CommandFailed(Status.USAGE, message) from error


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
