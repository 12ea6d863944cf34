"""
How fast and how well the nearest vectors are found: ours beside other ways, over the same made-up vectors.

    python benchmarks/search.py [--segments 10000 100000 1000000] [--kind clustered uniform]
                                [--only ours numpy faiss-flat faiss-ivf lancedb] [--http] [--json]

Each way runs in a process of its own over the same seeded vectors of 512 dimensions, one query at a time, on
one thread: all rows, then the rows of one video in sixteen. Recall is against a float32 look at every row.
``faiss-cpu`` and ``lancedb`` are not among our requirements: install them to have them beside ours
(``pip install faiss-cpu lancedb``); what is not installed is left out, and said so.

The bound is the time to read the bytes of a scan once, a byte a dimension: numpy adds up as many bytes, in
turn with our queries, so that both meet the same machine. Processor times say more than those of the clock
where other work shares the machine. ``--http`` then asks a whole server over the same vectors
(``search_served.py``). Linux only.
"""

import argparse
import importlib.util
import json
import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from search_served import Served, ask_served

from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.protocols import VectorManifest, VectorRows
from kinodex.stores.vectors.segments import SegmentVectors

DIMENSIONS = 512
ROWS_OF_VIDEO = 200
CLUSTER_ROWS = 100
ONE_VIDEO_IN = 16
TOP = 10
PROBES = (8, 16, 32, 64, 128, 256)
GOOD_RECALL = 0.99
NEEDS = {"faiss-flat": "faiss", "faiss-ivf": "faiss", "lancedb": "lancedb"}

Rows = NDArray[np.float32]
Ask = Callable[[Rows], Sequence[int]]
"""Takes one query of shape ``(1, 512)``, gives the numbers of the nearest rows, best first."""


@dataclass(frozen=True)
class Looked:
    """How queries were answered: milliseconds of the clock, and of the processor, each."""

    recall: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float


@dataclass(frozen=True)
class Result:
    """One way over one set of vectors."""

    way: str
    kind: str
    segments: int
    every: Looked
    filtered: Looked
    rows_per_s: float
    commits_per_s: float | None
    memory_mb: float
    disk_mb: float
    bound_ms: float | None = None
    cpu_of_bound: float | None = None
    note: str = ""


@dataclass
class Built:
    """A way that is ready to be asked."""

    every: Ask
    filtered: Ask
    disk: Path | None = None
    commits: int | None = None
    note: str = ""
    keep: list[Any] = field(default_factory=list)


def make(folder: Path, kind: str, *, count: int, queries: int) -> None:
    """Write vectors, queries and the true answers; clustered as shots of a video are, or anyhow."""
    chance = np.random.default_rng(count)
    rows = np.lib.format.open_memmap(folder / "rows.npy", "w+", np.float32, (count, DIMENSIONS))
    centres = chance.normal(size=(max(count // CLUSTER_ROWS, 1), DIMENSIONS)).astype(np.float32)
    for start in range(0, count, 100_000):
        part = rows[start : start + 100_000]
        part[:] = chance.standard_normal(part.shape, dtype=np.float32)
        if kind == "clustered":
            part *= 0.6
            part += centres[np.arange(start, start + len(part)) // CLUSTER_ROWS % len(centres)]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    asked = chance.standard_normal((queries, DIMENSIONS), dtype=np.float32)
    if kind == "clustered":
        asked = 0.8 * asked + centres[chance.integers(len(centres), size=queries)]
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    np.save(folder / "queries.npy", asked)
    chosen = _filtered(count)
    truth = np.empty((2, queries, TOP), np.int64)
    similarities = np.concatenate(
        [asked @ rows[start : start + 100_000].T for start in range(0, count, 100_000)], 1
    )
    truth[0] = np.argsort(-similarities, axis=1)[:, :TOP]
    truth[1] = chosen[np.argsort(-similarities[:, chosen], axis=1)[:, :TOP]]
    np.save(folder / "truth.npy", truth)


def _filtered(count: int) -> NDArray[np.int64]:
    """Return the rows of one video in sixteen."""
    rows = np.arange(count)
    return rows[rows // ROWS_OF_VIDEO % ONE_VIDEO_IN == 0]


def ours(rows: Rows, folder: Path) -> Built:
    """One segment a video, put and committed one by one as indexing does; all in memory when asked."""
    blobs = ObstoreBlobs(str(folder / "blobs"))
    store = SegmentVectors(blobs, cache_bytes=8 * 1024**3)
    space = Space("benchmark", "0123456789abcdef", DIMENSIONS)
    manifests = [
        store.put(video_of(number), Modality.VISUAL, space, rows_of(part))
        for number, part in enumerate(videos_of(rows))
    ]
    few = manifests[::ONE_VIDEO_IN]
    _hits(store, manifests, rows[:1])
    return Built(
        every=lambda query: _hits(store, manifests, query),
        filtered=lambda query: _hits(store, few, query),
        disk=folder / "blobs",
        commits=len(manifests),
    )


def videos_of(rows: Rows) -> Iterator[Rows]:
    """Yield the rows of each video."""
    for start in range(0, len(rows), ROWS_OF_VIDEO):
        yield np.ascontiguousarray(rows[start : start + ROWS_OF_VIDEO])


def video_of(number: int) -> VideoId:
    """Return the id of the video with this number."""
    return VideoId(f"{number:024x}")


def rows_of(vectors: Rows) -> VectorRows:
    """Give vectors their times: one every two seconds."""
    at_s = 2 * np.arange(len(vectors), dtype=np.float32)
    return VectorRows(
        vectors=vectors,
        spans=np.stack([at_s, at_s + 2], axis=1),
        at_s=at_s + 1,
        numbers=np.arange(len(vectors), dtype=np.int32),
    )


def _hits(store: SegmentVectors, manifests: Sequence[VectorManifest], query: Rows) -> list[int]:
    hits = store.search(manifests, query, top_k=TOP)
    return [int(hit.video_id, 16) * ROWS_OF_VIDEO + hit.number for hit in hits]


def numpy_exact(rows: Rows, _folder: Path) -> Built:
    """One product of all vectors in float32."""
    held = np.array(rows)
    chosen = _filtered(len(rows))
    few = held[chosen]

    def look(vectors: Rows, query: Rows) -> NDArray[np.int64]:
        scores = vectors @ query[0]
        best = np.argpartition(-scores, TOP)[:TOP]
        return best[np.argsort(-scores[best])]

    return Built(
        every=lambda query: look(held, query).tolist(),
        filtered=lambda query: chosen[look(few, query)].tolist(),
    )


def faiss_flat(rows: Rows, _folder: Path) -> Built:
    """The library's exact search in float32."""
    import faiss  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(DIMENSIONS)
    for start in range(0, len(rows), 100_000):
        index.add(np.ascontiguousarray(rows[start : start + 100_000]))
    few = faiss.SearchParameters(sel=faiss.IDSelectorBatch(_filtered(len(rows))))
    return Built(
        every=lambda query: index.search(query, TOP)[1][0].tolist(),
        filtered=lambda query: index.search(query, TOP, params=few)[1][0].tolist(),
    )


def faiss_ivf(rows: Rows, folder: Path) -> Built:
    """The library's inverted lists of 8-bit codes, as many looked at as the recall asks for."""
    import faiss  # noqa: PLC0415

    faiss.omp_set_num_threads(1)
    lists = max(int(4 * len(rows) ** 0.5) // 16 * 16, 16)
    index = faiss.index_factory(DIMENSIONS, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    step = max(len(rows) // (40 * lists), 1)
    index.train(np.ascontiguousarray(rows[::step]))
    for start in range(0, len(rows), 100_000):
        index.add(np.ascontiguousarray(rows[start : start + 100_000]))
    faiss.write_index(index, str(folder / "ivf.faiss"))
    few = faiss.IDSelectorBatch(_filtered(len(rows)))

    def look(query: Rows, probes: int, **which: Any) -> list[int]:
        params = faiss.SearchParametersIVF(nprobe=probes, **which)
        found = index.search(query, 4 * TOP, params=params)[1][0]
        found = found[found >= 0]
        return found[np.argsort(-(rows[found] @ query[0]))][:TOP].tolist()

    folder_of = folder.parent
    asked, truth = np.load(folder_of / "queries.npy"), np.load(folder_of / "truth.npy")[0]
    for probes in PROBES:
        got = [look(asked[number : number + 1], probes) for number in range(len(asked))]
        if recall_of(got, truth) >= GOOD_RECALL:
            break
    return Built(
        every=lambda query: look(query, probes),
        filtered=lambda query: look(query, probes, sel=few),
        disk=folder / "ivf.faiss",
        note=f"{lists} lists, {probes} looked at",
        keep=[few],
    )


def lancedb(rows: Rows, folder: Path) -> Built:
    """A table of an embedded vector database, without an index below 100 000 rows, else IVF_SQ."""
    import lancedb as lance  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415

    database = lance.connect(folder / "lance")
    schema = pa.schema(
        [("row", pa.int64()), ("few", pa.bool_()), ("vector", pa.list_(pa.float32(), DIMENSIONS))]
    )
    table = database.create_table("rows", schema=schema)
    is_few = np.isin(np.arange(len(rows)), _filtered(len(rows)))
    for start in range(0, len(rows), 50_000):
        part = np.ascontiguousarray(rows[start : start + 50_000])
        vectors = pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1)), DIMENSIONS)
        numbers = np.arange(start, start + len(part))
        table.add(pa.table([pa.array(numbers), pa.array(is_few[numbers]), vectors], schema=schema))
    note = "no index"
    if len(rows) >= 100_000:  # noqa: PLR2004  as the docstring says
        table.create_index(metric="cosine", index_type="IVF_SQ", vector_column_name="vector")
        note = "IVF_SQ, 40 lists looked at, 100 refined"

    def look(query: Rows, where: str | None = None) -> list[int]:
        search = table.search(query[0]).distance_type("cosine").limit(TOP).select(["row", "_distance"])
        search = search.nprobes(40).refine_factor(10)
        search = search.where(where, prefilter=True) if where else search
        return [int(each) for each in search.to_arrow()["row"].to_pylist()]

    return Built(
        every=look, filtered=lambda query: look(query, "few"), disk=folder / "lance", note=note, keep=[table]
    )


WAYS: dict[str, Callable[[Rows, Path], Built]] = {
    "ours": ours,
    "numpy": numpy_exact,
    "faiss-flat": faiss_flat,
    "faiss-ivf": faiss_ivf,
    "lancedb": lancedb,
}


def recall_of(got: Sequence[Sequence[int]], truth: NDArray[np.int64]) -> float:
    """Return the share of the true nearest that was found."""
    found = [len(set(rows) & set(true.tolist())) for rows, true in zip(got, truth, strict=True)]
    return sum(found) / truth.size


def measure(way: str, kind: str, folder: Path) -> Result:
    """Build a way, and ask it."""
    rows = np.load(folder / "rows.npy", mmap_mode="r")
    asked, truth = np.load(folder / "queries.npy"), np.load(folder / "truth.npy")
    own = folder / way
    own.mkdir()
    before, began = _memory_mb(), time.perf_counter()
    built = WAYS[way](rows, own)
    seconds = time.perf_counter() - began
    memory = _memory_mb() - before
    scanned = np.ones(len(rows) * DIMENSIONS // 8, np.uint64) if way == "ours" else None
    every, bound = _look(built.every, asked, truth[0], scanned)
    filtered, _ = _look(built.filtered, asked, truth[1])
    result = Result(
        way=way,
        kind=kind,
        segments=len(rows),
        every=every,
        filtered=filtered,
        rows_per_s=len(rows) / seconds,
        commits_per_s=built.commits / seconds if built.commits else None,
        memory_mb=memory,
        disk_mb=_disk_mb(built.disk) if built.disk else 0.0,
        bound_ms=bound,
        cpu_of_bound=every.cpu_ms / bound if bound else None,
        note=built.note,
    )
    shutil.rmtree(own)
    return result


def _look(
    ask: Ask, asked: Rows, truth: NDArray[np.int64], scanned: NDArray[np.uint64] | None = None
) -> tuple[Looked, float | None]:
    """Ask every query; read as many bytes as a scan reads after each, if there are any."""
    ask(asked[:1])
    walls: list[float] = []
    cpus: list[float] = []
    bounds: list[float] = []
    got: list[Sequence[int]] = []
    for number in range(len(asked)):
        wall, cpu = time.perf_counter(), time.process_time()
        got.append(ask(asked[number : number + 1]))
        cpus.append(1000 * (time.process_time() - cpu))
        walls.append(1000 * (time.perf_counter() - wall))
        if scanned is not None:
            cpu = time.process_time()
            scanned.sum()
            bounds.append(1000 * (time.process_time() - cpu))
    walls.sort()
    looked = Looked(
        recall=recall_of(got, truth),
        p50_ms=statistics.median(walls),
        p95_ms=walls[int(len(walls) * 0.95)],
        cpu_ms=statistics.median(cpus),
    )
    return looked, statistics.median(bounds) if bounds else None


def _memory_mb() -> float:
    """Return what this process holds that is not a file."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def _disk_mb(path: Path) -> float:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files) / 1e6


def _line(result: Result) -> str:
    every, filtered = (
        f"recall {looked.recall:.3f}  p50 {looked.p50_ms:8.2f}  p95 {looked.p95_ms:8.2f}"
        f"  cpu {looked.cpu_ms:8.2f} ms"
        for looked in (result.every, result.filtered)
    )
    commits = "" if result.commits_per_s is None else f"  {result.commits_per_s:.0f} commits/s"
    bound = ""
    if result.bound_ms is not None:
        bound = (
            f"\n  {'':10}  bound: {result.bound_ms:.2f} ms to read the codes; cpu {result.cpu_of_bound:.2f} x"
        )
    return (
        f"  {result.way:10}  {every}  | filtered  {filtered}\n"
        f"  {'':10}  {result.rows_per_s:.0f} rows/s{commits}  memory {result.memory_mb:.0f} MB"
        f"  disk {result.disk_mb:.0f} MB  {result.note}{bound}"
    )


def run(kind: str, count: int, given: argparse.Namespace) -> Iterator[Result | Served]:
    """Make the vectors and yield what each way does with them."""
    with tempfile.TemporaryDirectory(prefix="kinodex-search-", dir=given.folder) as name:
        folder = Path(name)
        make(folder, kind, count=count, queries=given.queries)
        for way in given.only:
            if way in NEEDS and importlib.util.find_spec(NEEDS[way]) is None:
                print(f"{way} is left out: {NEEDS[way]} is not installed", file=sys.stderr)
                continue
            with multiprocessing.get_context("spawn").Pool(1) as alone:
                yield alone.apply(measure, (way, kind, folder))
        if given.http:
            vectors = np.load(folder / "rows.npy", mmap_mode="r")
            yield ask_served(vectors, folder=folder / "served", kind=kind, queries=given.queries)


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0].strip())
    parser.add_argument("--segments", type=int, nargs="+", default=[10_000])
    parser.add_argument(
        "--kind", nargs="+", choices=["clustered", "uniform"], default=["clustered", "uniform"]
    )
    parser.add_argument("--only", nargs="*", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--folder", type=Path, help="where the vectors lie while they are needed")
    parser.add_argument("--http", action="store_true", help="ask a whole server too")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = []
    for count in given.segments:
        for kind in given.kind:
            if not given.json:
                print(f"{count} segments of {DIMENSIONS} dimensions, {kind}, load {os.getloadavg()[0]:.1f}")
            for result in run(kind, count, given):
                results.append(result)
                if not given.json:
                    print(_line(result) if isinstance(result, Result) else result.line(), flush=True)
    if given.json:
        print(json.dumps({"cpus": os.cpu_count(), "results": [asdict(each) for each in results]}))


if __name__ == "__main__":
    main()
