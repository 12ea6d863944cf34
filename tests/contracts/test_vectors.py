"""Search over vector segments, held against a search that looks at everything."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kinodex.domain.ids import VideoId
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Space
from kinodex.domain.timeline import Span
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.protocols import VectorManifest, VectorRows
from kinodex.stores.vectors.segments import SegmentVectors

SPACE = Space("fake", "0123456789abcdef", 24)
FIRST, SECOND = VideoId("0" * 23 + "1"), VideoId("0" * 23 + "2")


class MemoryBlobs(ObstoreBlobs):
    """Blobs for properties that are tried many times."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def put_bytes(self, key: str, content: bytes) -> None:
        self._held[key] = content

    def get_bytes(self, key: str) -> bytes:
        return self._held[key]


def unit(count: int, *, seed: int, dimensions: int = SPACE.dimensions) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def rows_of(vectors: NDArray[np.float32], *, views: int = 1) -> VectorRows:
    """Rows whose span and instant say which row they are."""
    count = len(vectors)
    at_s = np.arange(count, dtype=np.float32)
    return VectorRows(
        vectors=vectors,
        spans=np.stack([at_s, at_s + 1], axis=1),
        at_s=at_s + np.float32(0.5),
        numbers=np.arange(count, dtype=np.int32) // views,
    )


def put(store: SegmentVectors, video_id: VideoId, rows: VectorRows) -> VectorManifest:
    return store.put(video_id, Modality.VISUAL, SPACE, rows)


def test_rows_come_back_as_they_were_put_but_for_rounding(blobs: ObstoreBlobs) -> None:
    put_in = rows_of(unit(40, seed=9), views=2)
    rows = SegmentVectors(blobs).rows(put(SegmentVectors(blobs), FIRST, put_in))
    assert np.abs(rows.vectors - put_in.vectors).max() < 1e-3
    assert np.allclose(np.linalg.norm(rows.vectors, axis=1), 1, atol=1e-6)
    for name in ("spans", "at_s", "numbers"):
        assert np.array_equal(getattr(rows, name), getattr(put_in, name))


def test_the_nearest_rows_come_first_as_a_full_look_finds_them(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    vectors = {FIRST: unit(300, seed=1), SECOND: unit(200, seed=2)}
    manifests = [put(store, video_id, rows_of(each)) for video_id, each in vectors.items()]
    query = unit(1, seed=3)

    hits = store.search(manifests, query, top_k=20)

    everything = sorted(
        (
            (float(row @ query[0]), video_id, number)
            for video_id, each in vectors.items()
            for number, row in enumerate(each)
        ),
        reverse=True,
    )[:20]
    assert [(hit.video_id, hit.number) for hit in hits] == [
        (video_id, number) for _, video_id, number in everything
    ]
    assert np.allclose([hit.similarity for hit in hits], [score for score, _, _ in everything], atol=1e-3)


@given(
    seed=st.integers(0, 2**32 - 1),
    dimensions=st.sampled_from([3, 24, 130, 512]),
    spread=st.sampled_from([0.0, 0.02, 0.3, 10.0]),
    views=st.integers(1, 3),
    asked=st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_what_is_found_is_what_a_look_at_every_vector_finds(
    seed: int, dimensions: int, spread: float, views: int, asked: int
) -> None:
    chance = np.random.default_rng(seed)
    space = Space("fake", "0123456789abcdef", dimensions)
    blobs = MemoryBlobs()
    store = SegmentVectors(blobs)
    near = unit(1, seed=seed, dimensions=dimensions)
    vectors, manifests = {}, []
    for video in range(int(chance.integers(1, 6))):
        noise = unit(int(chance.integers(1, 60)), seed=seed + video, dimensions=dimensions)
        mixed = near + spread * noise
        vectors[video] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
        rows = rows_of(vectors[video], views=views)
        manifests.append(store.put(VideoId(f"{video:024x}"), Modality.VISUAL, space, rows))
    chosen = [manifest for manifest in manifests if chance.random() < 0.7]
    queries = unit(asked, seed=seed + 99, dimensions=dimensions)
    top_k = int(chance.integers(1, 40))

    hits = store.search(chosen, queries, top_k=top_k)

    best: dict[tuple[int, int], float] = {}
    for manifest in chosen:
        video = int(manifest.video_id, 16)
        for row, similarity in enumerate((vectors[video] @ queries.T).max(axis=1)):
            key = (video, row // views)
            best[key] = max(best.get(key, -2.0), float(similarity))
    true = sorted(best.values(), reverse=True)[:top_k]
    assert [hit.similarity for hit in hits] == pytest.approx(true, abs=2e-3)
    for hit in hits:
        assert hit.similarity == pytest.approx(best[int(hit.video_id, 16), hit.number], abs=2e-3)
    assert len({(hit.video_id, hit.number) for hit in hits}) == len(hits)


@pytest.mark.parametrize("clusters", [0, 40])
def test_hardly_one_of_the_ten_nearest_of_many_is_missed(clusters: int) -> None:
    chance = np.random.default_rng(5)
    vectors = chance.normal(size=(8000, 128)).astype(np.float32)
    queries = chance.normal(size=(40, 128)).astype(np.float32)
    if clusters:
        centres = chance.normal(size=(clusters, 128)).astype(np.float32)
        vectors = centres[chance.integers(clusters, size=len(vectors))] + 0.4 * vectors
        queries = centres[chance.integers(clusters, size=len(queries))] + 0.4 * queries
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    store, space = SegmentVectors(MemoryBlobs()), Space("fake", "0123456789abcdef", 128)
    manifests = [
        store.put(VideoId(f"{start:024x}"), Modality.VISUAL, space, rows_of(vectors[start : start + 400]))
        for start in range(0, len(vectors), 400)
    ]

    found = 0
    for query in queries:
        true = set(np.argsort(-(vectors @ query))[:10].tolist())
        hits = store.search(manifests, query[None], top_k=10)
        found += len(true & {int(hit.video_id, 16) + hit.number for hit in hits})

    assert found >= 0.99 * 10 * len(queries)


def test_pictures_that_stand_still_are_all_found(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    still = np.repeat(unit(1, seed=1), 500, axis=0)
    manifests = [put(store, FIRST, rows_of(still)), put(store, SECOND, rows_of(still))]

    hits = store.search(manifests, still[:1], top_k=700)

    assert [(hit.video_id, hit.number) for hit in hits] == [
        *((FIRST, number) for number in range(500)),
        *((SECOND, number) for number in range(200)),
    ]


def test_a_hit_says_when(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    vectors = unit(10, seed=1)
    manifest = put(store, FIRST, rows_of(vectors))

    (hit,) = store.search([manifest], vectors[7:8], top_k=1)

    assert (hit.video_id, hit.number, hit.span, hit.at_s) == (FIRST, 7, Span(7.0, 8.0), 7.5)
    assert hit.similarity == pytest.approx(1.0, abs=1e-3)
    assert hit.similarity <= 1.0


def test_the_best_view_stands_for_its_frame(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    vectors = unit(30, seed=1)
    manifest = put(store, FIRST, rows_of(vectors, views=3))

    hits = store.search([manifest], vectors[13:14], top_k=10)

    assert [hit.number for hit in hits].count(4) == 1
    assert (hits[0].number, hits[0].at_s) == (4, 13.5)
    assert len({hit.number for hit in hits}) == len(hits) == 10


def test_rows_need_not_come_in_the_order_of_their_numbers(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    vectors = unit(6, seed=1)
    mixed = replace(rows_of(vectors), numbers=np.array([2, 0, 1, 0, 2, 1], dtype=np.int32))
    manifest = put(store, FIRST, mixed)

    hits = store.search([manifest], vectors[3:4], top_k=6)

    assert (hits[0].number, hits[0].at_s) == (0, 3.5)
    assert sorted(hit.number for hit in hits) == [0, 1, 2]


def test_any_of_several_queries_may_be_the_near_one(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    vectors = unit(50, seed=1)
    manifest = put(store, FIRST, rows_of(vectors))

    hits = store.search([manifest], vectors[[4, 40]], top_k=2)

    assert {hit.number for hit in hits} == {4, 40}


def test_only_the_segments_given_are_looked_at(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    vectors = unit(50, seed=1)
    put(store, FIRST, rows_of(vectors))
    other = put(store, SECOND, rows_of(unit(50, seed=2)))

    assert {hit.video_id for hit in store.search([other], vectors[:1], top_k=50)} == {SECOND}
    assert store.search([], vectors[:1], top_k=5) == []


def test_two_segments_of_one_video_give_each_number_once(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    first, second = unit(20, seed=1), unit(20, seed=2)
    manifests = [put(store, FIRST, rows_of(each)) for each in (first, second)]

    hits = store.search(manifests, second[5:6], top_k=20)

    assert hits[0].number == 5
    assert sorted(hit.number for hit in hits) == list(range(20))


def test_a_video_without_rows_is_no_trouble(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    manifest = put(store, FIRST, rows_of(unit(0, seed=1)))

    assert manifest.rows == 0
    assert store.search([manifest], unit(1, seed=2), top_k=3) == []


def test_the_same_rows_get_the_same_key(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    manifests = {put(store, FIRST, rows_of(unit(5, seed=1))) for _ in range(2)}

    assert len(manifests) == 1
    assert put(store, FIRST, rows_of(unit(5, seed=2))) not in manifests


def test_another_process_finds_them_too(blobs: ObstoreBlobs) -> None:
    vectors = unit(50, seed=1)
    manifest = put(SegmentVectors(blobs), FIRST, rows_of(vectors))

    (hit,) = SegmentVectors(blobs).search([manifest], vectors[9:10], top_k=1)

    assert hit.number == 9


def test_more_segments_than_memory_are_searched_all_the_same(blobs: ObstoreBlobs) -> None:
    vectors = {VideoId(f"{number:024x}"): unit(100, seed=number) for number in range(6)}
    store = SegmentVectors(blobs, cache_bytes=30_000)
    manifests = [put(store, video_id, rows_of(each)) for video_id, each in vectors.items()]

    for video_id, each in vectors.items():
        assert store.search(manifests, each[:1], top_k=1)[0].video_id == video_id


def test_bytes_that_were_changed_are_not_searched(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    manifest = put(store, FIRST, rows_of(unit(5, seed=1)))
    content = blobs.get_bytes(manifest.blob)
    blobs.put_bytes(manifest.blob, content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(ValueError, match="checksum"):
        store.search([manifest], unit(1, seed=2), top_k=1)


def test_a_segment_that_is_gone_is_not_found(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    manifest = put(store, FIRST, rows_of(unit(5, seed=1)))
    blobs.delete_prefix(f"videos/{FIRST}/")

    with pytest.raises(FileNotFoundError):
        store.search([manifest], unit(1, seed=2), top_k=1)


def test_a_query_meets_its_own_space_only(blobs: ObstoreBlobs) -> None:
    store = SegmentVectors(blobs)
    manifest = put(store, FIRST, rows_of(unit(5, seed=1)))

    with pytest.raises(ValueError, match="space"):
        store.search([replace(manifest, space="fake:other:24")], unit(1, seed=2), top_k=1)
    with pytest.raises(ValueError, match="dimensions"):
        store.search([manifest], unit(1, seed=2, dimensions=8), top_k=1)


def test_arrays_that_do_not_go_together_are_refused(blobs: ObstoreBlobs) -> None:
    store, good = SegmentVectors(blobs), rows_of(unit(5, seed=1))

    with pytest.raises(ValueError, match="shapes"):
        put(store, FIRST, replace(good, numbers=good.numbers[:-1]))
    with pytest.raises(ValueError, match="shapes"):
        put(store, FIRST, rows_of(unit(5, seed=1, dimensions=8)))
    with pytest.raises(ValueError, match="no number"):
        put(store, FIRST, replace(good, vectors=good.vectors * np.nan))
