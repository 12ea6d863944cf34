"""``kinodex serve`` and ``kinodex worker``: processes that stay."""

import os
import socket
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from kinodex.cli.failures import CommandFailed, Status
from kinodex.cli.logs import configure_logs
from kinodex.cli.options import DataDir, settings_with
from kinodex.cli.output import out
from kinodex.cli.stopping import Stopping

if TYPE_CHECKING:
    from kinodex.http.sign_ins import SignIns

log = structlog.get_logger(__name__)

LOOK_S = 0.5
"""How often a worker looks whether a step hangs that only its end can end."""


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
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without
    from kinodex.http.serving import Server  # noqa: PLC0415  likewise

    settings = settings_with(context, host=host, port=port, data_dir=data_dir)
    configure_logs(level=settings.log_level, form=settings.log_format)
    told = threading.Event()
    stopping = Stopping(told.set)
    stopping.catch()
    with bootstrap.running(settings, api=True, worker=with_worker) as running:
        app = running.http_app()
        server = Server(app, drain=running.drain, told=told, stop=stopping)
        listening = _listen(settings.host, settings.port)
        address = f"http://{_shown_host(settings.host)}:{listening.getsockname()[1]}"
        out.print(f"Kinodex listens on {address}")
        out.print(f"API key: {running.where_the_key_is()}", markup=False)
        out.print(_way_in(app.state.sign_ins, address), markup=False, soft_wrap=True)
        server.run(sockets=[listening])


def worker(context: typer.Context, data_dir: DataDir = None) -> None:
    """Index videos; for the database and blob store of many machines."""
    from kinodex import bootstrap  # noqa: PLC0415  a second of imports that other commands do without

    settings = settings_with(context, data_dir=data_dir)
    configure_logs(level=settings.log_level, form=settings.log_format)
    stop = threading.Event()
    Stopping(stop.set).catch()
    with bootstrap.running(settings, api=False, worker=True) as running:
        out.print("Kinodex works; stop with Ctrl-C")
        while not (is_hung := running.is_hung) and not stop.wait(LOOK_S):
            pass
        stop.wait(LOOK_S)  # meanwhile the task of the step that hangs is failed
    if is_hung and not stop.is_set():
        log.error("the worker starts anew, to be rid of a step that hangs")
        # Only the end of a process ends its threads. Its jobs were handed back; others may have them by now.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the command itself


def _way_in(sign_ins: "SignIns", address: str) -> str:
    """Say how to open the page; a link that signs in goes to a terminal only, never to a log."""
    if not sys.stdout.isatty():
        return f"Page: {address}/ (kinodex sign-in prints a link that needs no key)"
    return f"Page: {address}{sign_ins.new_link().path} (signs in once, within ten minutes)"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        message = f"Cannot listen on {host} port {port}: {error.strerror}."
        raise CommandFailed(Status.USAGE, message) from error


def _shown_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
