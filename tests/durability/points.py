"""
Named points at which the product is killed, put around its real parts from outside.

Nothing of this is in the product: the program that is killed wraps methods before it begins. A point is
``<what>:<when>``. Whoever adds work that must survive a kill adds its points to ``POINTS`` and wraps what
is needed in ``install``; ``test_kill_points.py`` kills at each and looks at what is left.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from kinodex.jobs.checkpoints import DbosCheckpoints
from kinodex.jobs.dbos_jobs import DbosJobs
from kinodex.jobs.life import Life
from kinodex.jobs.tending import Tending
from kinodex.sources.posting import CurlPoster
from kinodex.stores.blobs import folder
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.sql.assets import SqlAssetStore
from kinodex.stores.sql.manifests import SqlManifestStore
from kinodex.stores.sql.outbox import SqlOutboxStore
from kinodex.stores.sql.purges import SqlPurgeStore
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.sql.tasks import SqlTaskStore
from kinodex.stores.sql.texts import SqlTextStore
from kinodex.stores.sql.videos import SqlVideoStore
from kinodex.stores.sql.webhooks import SqlWebhookStore
from kinodex.stores.vectors.segments import SegmentVectors
from kinodex.usecases.artifacts import Artifacts
from kinodex.usecases.assets import Assets
from kinodex.usecases.deliveries import Deliveries
from kinodex.usecases.embed_tasks import EmbedTasks
from kinodex.usecases.embed_work import EmbedWork
from kinodex.usecases.indexes import Indexes
from kinodex.usecases.indexing import Indexing
from kinodex.usecases.indexing_steps import IndexingSteps
from kinodex.usecases.intake import AssetIntake
from kinodex.usecases.purging import Purging
from kinodex.usecases.reporting import Reporter
from kinodex.usecases.task_control import TaskControl
from kinodex.usecases.tasks import Tasks
from kinodex.usecases.uploads import Uploads
from kinodex.usecases.videos import Videos

COMMIT = ("begun", "precommit", "committed")


def _points(what: str, *when: str) -> list[str]:
    return [f"{what}:{each}" for each in when]


POINTS: dict[str, list[str]] = {
    # What the program does until it reaches one of the points.
    "upload": [
        *_points("announce", *COMMIT),
        *_points("blob", "written", "synced", "renamed", "entered"),
        *_points("submit", *COMMIT),
    ],
    "url": [
        *_points("claim", "taken", "begun"),
        *_points("fetch", "begin", "first", "half", "most", "end", "kept", "recorded"),
        *_points("probe", "begin", "end", "recorded"),
        *_points("decode", "begin", "middle", "stored", "end", "recorded"),
        *_points("prepare_playback", "begin", "drawn", "streamed", "packaged", "end", "recorded"),
        *_points("transcribe", "end", "recorded"),
        *_points("read_screen_text", "end"),
        *_points("embed_pictures", "begin", "stored", "end", "recorded"),
        *_points("embed_sentences", "stored", "end"),
        *_points("publish", "begun", "video", "texts", "manifests", "event", "precommit", "committed", "end"),
    ],
    "twin": [*_points("take_over", "begin", "end")],
    "broken": [*_points("fail", *COMMIT)],
    "delete_video": [
        *_points("delete_video", "begun", "marked", "precommit", "committed"),
        *_points("purge", "claimed", "bytes", "precommit", "committed"),
    ],
    "delete_task": [*_points("delete_task", "precommit", "committed")],
    "delete_index": [*_points("delete_index", *COMMIT, "cancelled")],
    "webhook": [
        *_points("delivery_claim", "precommit", "committed"),
        *_points("delivery", "sending", "answered", *COMMIT),
    ],
    "webhook_gone": [*_points("disable", "precommit", "committed")],
    "cancel": [*_points("cancel", *COMMIT, "cancelled"), *_points("withdraw", "precommit", "committed")],
    "retry": [*_points("retry", "begun", "spared", "reopened", "enqueued", "precommit", "committed")],
    "asset": [*_points("asset", "committed", "stored", "added", "accepted")],
    "asset_url": [
        *_points("asset_url", "begun", "enqueued", "precommit", "committed"),
        *_points("intake_fetch", "stored", "recorded"),
        *_points("intake_examine", "recorded"),
        *_points("intake_publish", *COMMIT),
    ],
    "asset_broken": [*_points("intake_fail", *COMMIT)],
    "asset_parts": [
        *_points("begin_upload", "precommit", "committed"),
        *_points("part", "stored", "begun", "precommit", "committed"),
        *_points("report", "enqueued", "precommit", "committed"),
        *_points("intake_assemble", "stored", "recorded"),
    ],
    "index_asset": [*_points("index_asset", "copied", "accepted")],
    "delete_asset": [*_points("delete_asset", "precommit", "committed")],
    "embed": [
        *_points("embed", "committed", "stored", "enqueued", "accepted"),
        *_points("embedding_probe", "recorded"),
        *_points("embedding_embed", "stored", "recorded"),
        *_points("embedding_publish", *COMMIT),
    ],
    "embed_broken": [*_points("embedding_fail", *COMMIT)],
    "recover": [*_points("recover", "begun", "folders", "taken_over")],
}
"""By scenario; see ``life.py`` for what each does."""

_label: ContextVar[str | None] = ContextVar("label", default=None)
_trade: ContextVar[str] = ContextVar("trade", default="")
"""What comes before the names of steps that are not those of indexing."""


class Trap:
    """Kills the process when it comes by a point."""

    def __init__(self) -> None:
        self.point: str | None = None

    def reach(self, point: str) -> None:
        if point == self.point:
            os.kill(os.getpid(), signal.SIGKILL)


def install(trap: Trap) -> None:
    """Put all points around the parts of the product in this process."""
    _around_transactions(trap)
    _around_steps(trap)
    _around_blobs(trap)
    _around_deletions(trap)
    _around_recovery(trap)
    _around_control(trap)
    _around_deliveries(trap)
    _around_trades(trap)


def _around_transactions(trap: Trap) -> None:
    original = SqlRecords.write

    @contextmanager
    def write(self: SqlRecords) -> Iterator[Any]:
        label = _label.get()
        with original(self) as transaction:
            trap.reach(f"{label}:begun")
            yield transaction
            label = _label.get()  # what is done in a transaction may give it another name
            trap.reach(f"{label}:precommit")
        trap.reach(f"{label}:committed")

    SqlRecords.write = write
    for owner, method, label in (
        (Tasks, "_announced", "announce"),
        (Tasks, "_add", "submit"),
        (Tasks, "delete", "delete_task"),
        (IndexingSteps, "_publish", "publish"),
        (Indexing, "fail", "fail"),
        (Videos, "delete", "delete_video"),
        (Indexes, "delete", "delete_index"),
        (Purging, "_purge", "purge"),
    ):
        _labelled(owner, method, label)
    for owner, what in (
        (SqlVideoStore, "video"),
        (SqlTextStore, "texts"),
        (SqlManifestStore, "manifests"),
        (SqlOutboxStore, "event"),
    ):
        _then(owner, "add", lambda what=what: trap.reach(f"{_label.get()}:{what}"))


def _around_steps(trap: Trap) -> None:
    step, progress = Reporter.step, Reporter.progress

    @contextmanager
    def watched(self: Reporter, name: str) -> Iterator[None]:
        with step(self, name):
            trap.reach(f"{name}:begin")
            yield
            trap.reach(f"{name}:end")

    def told(self: Reporter, share: float) -> None:
        progress(self, share)
        trap.reach(f"{self._step}:middle")
        for when, least in (("first", 0.0), ("half", 0.5), ("most", 0.8)):
            if share > least:
                trap.reach(f"{self._step}:{when}")

    Reporter.step, Reporter.progress = watched, told
    recorded = DbosCheckpoints._recorded_as

    def record(self: DbosCheckpoints, name: str, result: str) -> str:
        kept = recorded(self, name, result)
        trap.reach(f"{_trade.get()}{name}:recorded")
        return kept

    DbosCheckpoints._recorded_as = record
    _then(Life, "_checkpoints", lambda: trap.reach("claim:begun"))
    _before(Life, "_perform", lambda: trap.reach("claim:taken"))


def _around_blobs(trap: Trap) -> None:
    force, rename = folder._force, folder._rename

    def forced(path: Any) -> None:
        is_folder = path.is_dir()
        if not is_folder:
            trap.reach("blob:written")
        force(path)
        if not is_folder:
            trap.reach("blob:synced")

    def renamed(source: Any, target: Any) -> None:
        rename(source, target)
        trap.reach("blob:renamed")

    folder._force, folder._rename = forced, renamed
    _then(ObstoreBlobs, "put_file", lambda: trap.reach("blob:entered"))
    _then(Artifacts, "keep_source", lambda: trap.reach("fetch:kept"))
    _then(Artifacts, "decode", lambda: trap.reach("decode:stored"))
    _then(Artifacts, "draw_storyboard", lambda: trap.reach("prepare_playback:drawn"))
    _then(Artifacts, "package", lambda: trap.reach("prepare_playback:packaged"))
    for method in ("put_file", "put_bytes"):
        _then(ObstoreBlobs, method, lambda: trap.reach(f"{_label.get()}:stored"))
    _then(ObstoreBlobs, "copy", lambda: trap.reach(f"{_label.get()}:copied"))
    put = ObstoreBlobs.put_file

    def put_file(self: ObstoreBlobs, key: str, path: Any) -> None:
        put(self, key, path)
        if key.endswith("/stream.mp4"):
            trap.reach("prepare_playback:streamed")

    ObstoreBlobs.put_file = put_file
    store = SegmentVectors.put

    def stored(self: SegmentVectors, video_id: Any, modality: Any, *arguments: Any) -> Any:
        manifest = store(self, video_id, modality, *arguments)
        trap.reach(f"embed_{'pictures' if modality.value == 'visual' else 'sentences'}:stored")
        return manifest

    SegmentVectors.put = stored


def _around_deletions(trap: Trap) -> None:
    _then(SqlVideoStore, "delete", lambda: trap.reach("delete_video:marked"))
    _then(DbosJobs, "cancel", lambda: trap.reach(f"{_label.get()}:cancelled"))
    _then(ObstoreBlobs, "delete_prefix", lambda: trap.reach(f"{_label.get()}:bytes"))
    claim = Purging._claim

    def claimed(self: Purging, at: Any) -> Any:
        found = claim(self, at)
        if found:
            trap.reach("purge:claimed")
        return found

    Purging._claim = claimed


def _around_recovery(trap: Trap) -> None:
    _before(Indexing, "sweep", lambda: trap.reach("recover:begun"))
    _then(Indexing, "sweep", lambda: trap.reach("recover:folders"))
    _then(Tending, "_take_over", lambda: trap.reach("recover:taken_over"))


def _around_control(trap: Trap) -> None:
    for owner, method, label in (
        (TaskControl, "cancel", "cancel"),
        (TaskControl, "retry", "retry"),
        (Indexing, "_discard_withdrawn", "withdraw"),
    ):
        _labelled(owner, method, label)
    for owner, method, what in (
        (SqlPurgeStore, "spare", "spared"),
        (SqlTaskStore, "reopen", "reopened"),
        (DbosJobs, "enqueue", "enqueued"),
    ):
        _then(owner, method, lambda what=what: trap.reach(f"{_label.get()}:{what}"))


def _around_deliveries(trap: Trap) -> None:
    _labelled(Deliveries, "claim", "delivery_claim")
    _labelled(Deliveries, "_settle", "delivery")
    _before(CurlPoster, "post", lambda: trap.reach("delivery:sending"))
    _then(CurlPoster, "post", lambda: trap.reach("delivery:answered"))
    replace = SqlWebhookStore.replace

    def replaced(self: SqlWebhookStore, webhook: Any) -> None:
        if not webhook.enabled:
            _label.set("disable")
        replace(self, webhook)

    SqlWebhookStore.replace = replaced


def _around_trades(trap: Trap) -> None:
    _labelled(AssetIntake, "run", "intake_", variable=_trade)
    _labelled(EmbedWork, "run", "embedding_", variable=_trade)
    for owner, method, label in (
        (Assets, "create_from_file", "asset"),
        (Assets, "create_from_url", "asset_url"),
        (Assets, "delete", "delete_asset"),
        (AssetIntake, "_fetch", "intake_fetch"),
        (AssetIntake, "_assemble", "intake_assemble"),
        (AssetIntake, "_publish", "intake_publish"),
        (AssetIntake, "fail", "intake_fail"),
        (Uploads, "create", "begin_upload"),
        (Uploads, "put_part", "part"),
        (Uploads, "report", "report"),
        (Tasks, "create_from_asset", "index_asset"),
        (EmbedTasks, "create_from_file", "embed"),
        (EmbedWork, "_embed", "embedding_embed"),
        (EmbedWork, "_publish", "embedding_publish"),
        (EmbedWork, "fail", "embedding_fail"),
    ):
        _labelled(owner, method, label)
    for owner, method, label in (
        (Assets, "create_from_file", "asset"),
        (Tasks, "create_from_asset", "index_asset"),
        (EmbedTasks, "create_from_file", "embed"),
    ):
        _then(owner, method, lambda label=label: trap.reach(f"{label}:accepted"))
    _then(SqlAssetStore, "add", lambda: trap.reach(f"{_label.get()}:added"))


def _labelled(owner: type, method: str, label: str, *, variable: ContextVar[Any] = _label) -> None:
    original = getattr(owner, method)

    @wraps(original)
    def labelled(*arguments: Any, **options: Any) -> Any:
        token = variable.set(label)
        try:
            return original(*arguments, **options)
        finally:
            variable.reset(token)

    setattr(owner, method, labelled)


def _then(owner: type, method: str, tell: Callable[[], None]) -> None:
    original = getattr(owner, method)

    @wraps(original)
    def followed(*arguments: Any, **options: Any) -> Any:
        result = original(*arguments, **options)
        tell()
        return result

    setattr(owner, method, followed)


def _before(owner: type, method: str, tell: Callable[[], None]) -> None:
    original = getattr(owner, method)

    @wraps(original)
    def preceded(*arguments: Any, **options: Any) -> Any:
        tell()
        return original(*arguments, **options)

    setattr(owner, method, preceded)
