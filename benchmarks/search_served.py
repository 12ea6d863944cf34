"""
How long a whole ``POST /search`` takes over many vectors: words embedded, records read, answer written.

Used by ``search.py --http``. A data folder is filled with made-up videos, one commit a video as indexing
does, in the spaces of the default engines; then ``kinodex serve`` runs over it as a process of its own and
is asked in words, one query at a time. In turn with the queries, the bare search of the vector store runs
here over the same segments.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import numpy as np
from numpy.typing import NDArray

from kinodex import bootstrap
from kinodex.domain.ids import IndexId, VideoId, new_id
from kinodex.domain.indexes import Index
from kinodex.domain.media import MediaFacts
from kinodex.domain.options import Modality
from kinodex.domain.videos import Video
from kinodex.engines.executor import Executor
from kinodex.settings import Settings
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.protocols import VectorManifest, VectorRows
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.vectors.segments import SegmentVectors

KEY = "benchmark-0123456789"
ROWS_OF_VIDEO = 200
ROWS_OF_SHOT = 4
MEANT_ROW_IN = 997
"""One row in so many is what one of the queries means; the others mean nothing."""
CACHE_BYTES = 8 * 1024**3
SUBJECTS = ("a red car", "two dogs on a beach", "a person cooking", "snow on mountains", "a crowded street")
PLACES = ("at night", "in the rain", "from above", "near water", "in a kitchen", "on a stage")

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class Served:
    """What a server did; milliseconds for one query."""

    kind: str
    segments: int
    dimensions: int
    commits_per_s: float
    first_ms: float
    p50_ms: float
    p95_ms: float
    store_p50_ms: float
    ratio_p95: float

    def line(self) -> str:
        """Return what a person reads."""
        own = f"{self.ratio_p95:.2f} x the store's own {self.store_p50_ms:.1f} ms"
        spread = f"p50 {self.p50_ms:.1f}  p95 {self.p95_ms:.1f} ms"
        return (
            f"  POST /search over {self.dimensions} dimensions  {spread}, {own}\n"
            f"  first {self.first_ms:.0f} ms; {self.commits_per_s:.0f} commits/s into the records"
        )


def ask_served(vectors: Rows, *, folder: Path, kind: str, queries: int) -> Served:
    """Fill a folder, serve it, and ask."""
    executor = bootstrap.build_executor(Settings())
    texts = [f"{subject} {place}" for subject in SUBJECTS for place in PLACES]
    meant = executor.embed_words(texts)
    folder.mkdir()
    began = time.perf_counter()
    index_id, manifests = _fill(folder, vectors, meant, executor)
    seconds = time.perf_counter() - began
    store = SegmentVectors(ObstoreBlobs(str(folder / "blobs")), cache_bytes=CACHE_BYTES)
    store.search(manifests, meant[:1], top_k=2000)
    walls, bare = [], []
    with _served(folder) as client:
        first_ms = _ask(client, index_id, texts[-1])
        for number in range(queries):
            text = f"{texts[number % len(texts)]} {number}"
            walls.append(_ask(client, index_id, text))
            at = time.perf_counter()
            store.search(manifests, meant[number % len(meant)][None], top_k=2000)
            bare.append(1000 * (time.perf_counter() - at))
    walls.sort()
    p95_ms = walls[int(len(walls) * 0.95)]
    return Served(
        kind=kind,
        segments=len(vectors),
        dimensions=meant.shape[1],
        commits_per_s=len(manifests) / seconds,
        first_ms=first_ms,
        p50_ms=statistics.median(walls),
        p95_ms=p95_ms,
        store_p50_ms=statistics.median(bare),
        ratio_p95=p95_ms / statistics.median(bare),
    )


def _fill(
    folder: Path, vectors: Rows, meant: Rows, executor: Executor
) -> tuple[IndexId, list[VectorManifest]]:
    now = datetime.now(UTC)
    index = _index(now)
    records = SqlRecords(f"sqlite:///{folder / 'kinodex.db'}")
    store = SegmentVectors(ObstoreBlobs(str(folder / "blobs")), cache_bytes=0)
    manifests = []
    with records.write() as transaction:
        transaction.indexes.add(index)
    for start in range(0, len(vectors), ROWS_OF_VIDEO):
        part = np.array(vectors[start : start + ROWS_OF_VIDEO, : meant.shape[1]])
        part /= np.linalg.norm(part, axis=1, keepdims=True)
        for row in range(-start % MEANT_ROW_IN, len(part), MEANT_ROW_IN):
            part[row] += meant[(start + row) % len(meant)]
            part[row] /= np.linalg.norm(part[row])
        video = _video(index.id, now)
        manifest = store.put(video.id, Modality.VISUAL, executor.meaning_space, _rows(part))
        with records.write() as transaction:
            transaction.videos.add(video)
            transaction.manifests.add(index.id, [manifest])
        manifests.append(manifest)
    records.close()
    return index.id, manifests


def _index(now: datetime) -> Index:
    return Index(
        id=IndexId(new_id()), name="benchmark", models=(bootstrap.EVERYTHING,), created_at=now, updated_at=now
    )


def _video(index_id: IndexId, now: datetime) -> Video:
    facts = MediaFacts(
        duration_s=2.0 * ROWS_OF_VIDEO,
        width_px=1280,
        height_px=720,
        fps=25.0,
        size_bytes=1_000_000,
        container="mp4",
        video_codec="h264",
        audio_codec="aac",
    )
    return Video(
        id=VideoId(new_id()),
        index_id=index_id,
        filename="made-up.mp4",
        facts=facts,
        sha256="0" * 64,
        created_at=now,
        updated_at=now,
        indexed_at=now,
    )


def _rows(vectors: Rows) -> VectorRows:
    """Give vectors the times of pictures, two seconds apart; a shot holds some of them."""
    at_s = 2 * np.arange(len(vectors), dtype=np.float32)
    starts_s = at_s - at_s % (2 * ROWS_OF_SHOT)
    return VectorRows(
        vectors=vectors,
        spans=np.stack([starts_s, starts_s + 2 * ROWS_OF_SHOT], axis=1),
        at_s=at_s,
        numbers=np.arange(len(vectors), dtype=np.int32),
    )


@contextmanager
def _served(folder: Path) -> Iterator[httpx2.Client]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = int(listening.getsockname()[1])
    environment = {
        **os.environ,
        "KINODEX_DATA_DIR": str(folder),
        "KINODEX_API_KEY": KEY,
        "KINODEX_LOG_LEVEL": "warning",
        "KINODEX_VECTOR_CACHE_BYTES": str(CACHE_BYTES),
    }
    command = [sys.executable, "-m", "kinodex", "serve", "--no-worker", "--port", str(port)]
    client = httpx2.Client(
        base_url=f"http://127.0.0.1:{port}/v1.3", headers={"x-api-key": KEY}, timeout=300.0
    )
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server, client:
        try:
            _wait(client)
            yield client
        finally:
            server.terminate()


def _wait(client: httpx2.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/indexes").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server does not answer")


def _ask(client: httpx2.Client, index_id: IndexId, text: str) -> float:
    body = {"index_id": index_id, "query_text": text, "search_options": ["visual"]}
    began = time.perf_counter()
    answer = client.post("/search", json=body)
    milliseconds = 1000 * (time.perf_counter() - began)
    if answer.status_code != httpx2.codes.OK or not answer.json()["data"]:
        raise SystemExit(f"the search finds nothing: {answer.status_code} {answer.text[:300]}")
    return milliseconds
