"""What a server needs of this machine, asked before one is started."""

import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from kinodex.bootstrap import build_executor, s3_config
from kinodex.domain.errors import KinodexError
from kinodex.settings import Settings
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs

SAFE_SQLITE = (3, 51, 3)


def checks(settings: Settings) -> Mapping[str, str | None]:
    """Return what a server needs and, for each, what is wrong with it or ``None``."""
    results: dict[str, str | None] = {}
    needs: Mapping[str, Callable[[Settings], None]] = {
        "data folder": _check_folder,
        "blob store": _check_blobs,
        "engines": _check_engines,
    }
    for name, check in needs.items():
        try:
            check(settings)
            results[name] = None
        except (KinodexError, OSError) as error:
            results[name] = str(error)
    return results


def notes(settings: Settings) -> Sequence[str]:
    """Return what an operator should know of this machine that keeps nothing from working."""
    return (*_notes_on_sqlite(settings), *_notes_on_fetching(settings), *_notes_on_models(settings))


def _notes_on_models(settings: Settings) -> Sequence[str]:
    try:
        abilities = build_executor(settings).visual_abilities
    except KinodexError:  # that is a failed check, not a note
        return ()
    if abilities.is_calibrated:
        return ()
    note = (
        f"The probabilities of {settings.visual_model} are assumed of its kind and not fitted to it: high, "
        "medium and low may be off for what is seen; kinodex.json in its folder can hold a fit."
    )
    return (note,)


def _notes_on_fetching(settings: Settings) -> Sequence[str]:
    if settings.fetch_proxy is None:
        return ()
    note = (
        "Downloads go through KINODEX_FETCH_PROXY: names are resolved there, so that the proxy and not this "
        "server must keep them off private addresses."
    )
    return (note,)


def _notes_on_sqlite(settings: Settings) -> Sequence[str]:
    if not settings.effective_database_url.startswith("sqlite") or sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return ()
    wanted = ".".join(map(str, SAFE_SQLITE))
    note = (
        f"SQLite {sqlite3.sqlite_version} is older than {wanted}, which mends a rare corruption of its "
        "write-ahead log when two connections write at once; keep backups, or use PostgreSQL."
    )
    return (note,)


def _check_folder(settings: Settings) -> None:
    folder = settings.data_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    probe = folder / f".probe-{secrets.token_hex(4)}"
    probe.write_bytes(b"x")
    probe.unlink()


def _check_blobs(settings: Settings) -> None:
    ObstoreBlobs(settings.effective_blob_url, config=s3_config()).ping()


def _check_engines(settings: Settings) -> None:
    build_executor(settings).warm_up()
