"""Everything a process has open, from its start to its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from fastapi import FastAPI

from kinodex.bootstrap import engines
from kinodex.bootstrap.stores import is_alone, only_writer, open_records
from kinodex.bootstrap.web import http_app
from kinodex.bootstrap.wiring import wire
from kinodex.engines.executor import Executor
from kinodex.http.drain import Drain
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.settings import FIRST_KEY_FILE, Settings
from kinodex.usecases import UseCases
from kinodex.usecases.deadlines import Deadlines, Patience
from kinodex.worker.delivering import Delivering
from kinodex.worker.loop import Worker
from kinodex.worker.sweeping import Sweeper
from kinodex.worker.watching import Watching

log = structlog.get_logger(__name__)

SAFE_KEY_LENGTH = 16
"""A key of the operator's own that is shorter can be guessed."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process with everything open."""

    settings: Settings
    usecases: UseCases
    key_file: Path | None
    drain: Drain

    def http_app(self) -> FastAPI:
        """Return the application a web server serves."""
        return http_app(self.settings, self.usecases, self.drain)

    @property
    def is_hung(self) -> bool:
        """Whether a step hangs here that cannot be ended but with the process."""
        return bool(self.usecases.health.overdue.hanging)

    def where_the_key_is(self) -> str:
        """Say where a person finds the key; never the key itself."""
        if self.settings.api_key is not None:
            return "the one in KINODEX_API_KEY"
        if self.key_file is None:
            return "made earlier; its file is gone from the data folder (kinodex key create makes another)"
        return f"in the file {self.key_file.absolute()}"


@contextmanager
def running(settings: Settings, *, api: bool, worker: bool) -> Iterator[Running]:
    """
    Open everything a process needs, and close it in order at the end.

    Args:
        settings: What to open.
        api: Whether requests are answered here: then the first key is made.
        worker: Whether videos are indexed here.

    Raises:
        KinodexError: Database, blob store or data folder cannot be used.
    """
    executor = engines.build_executor(settings)
    with _opened(settings, executor=executor) as (usecases, jobs):
        trades = (usecases.library.intake, usecases.library.embed_work)
        watching = _watching(settings, usecases)
        hand = Worker(jobs=jobs, indexing=usecases.indexing, watching=watching, others=trades)
        swept = (usecases.indexing.sweep, *(trade.sweep for trade in trades), hand.give_up, hand.retire)
        others = swept if worker else ()
        sweeper = Sweeper(usecases.purging, others=others)
        delivering = Delivering(usecases.deliveries)
        if api:
            usecases.tasks.discard_uploads()
            if is_alone(settings):
                usecases.repeats.reopen_all()
                usecases.purging.discard_leftovers()
        key_file = usecases.keys.ensure_first(settings.data_dir / FIRST_KEY_FILE) if api else None
        if worker:
            hand.start()
            delivering.start()
        sweeper.start()
        engines.warm_up(executor)
        if settings.api_key is not None and len(settings.api_key.get_secret_value()) < SAFE_KEY_LENGTH:
            log.warning("KINODEX_API_KEY is short", safe_from=SAFE_KEY_LENGTH)
        served = Running(settings, usecases, key_file, Drain())
        served.drain.when_begun(hand.wind_down)
        try:
            yield served
        finally:
            delivering.stop()
            hand.stop()
            sweeper.stop()


def _watching(settings: Settings, usecases: UseCases) -> Watching:
    patience = Patience(
        floor_s=settings.step_floor_s,
        factor=settings.step_factor,
        still_s=settings.step_still_s,
        fetch_s=settings.fetch_total_s,
    )
    deadlines = Deadlines(records=usecases.indexing.tools.records, patience=patience)
    return Watching(deadlines, usecases.health.overdue)


@contextmanager
def opened(settings: Settings, *, executor: Executor) -> Iterator[UseCases]:
    """Open the stores and give the use cases, without any worker: for tools that do the work themselves."""
    with _opened(settings, executor=executor) as (usecases, _):
        yield usecases


@contextmanager
def _opened(settings: Settings, *, executor: Executor) -> Iterator[tuple[UseCases, DbosJobs]]:
    # Other users of the machine have no business with videos, keys and the database.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with only_writer(settings):
        records = open_records(settings)
        try:
            jobs = DbosJobs(records.engine, concurrency=settings.workers)
            yield wire(settings, records=records, jobs=jobs, executor=executor), jobs
        finally:
            records.close()
