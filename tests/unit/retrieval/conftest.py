"""An index in real stores, on one machine, and engines that know eight things."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pytest

from kinodex.domain.arrays import Frame, Vectors
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.indexes import Index
from kinodex.domain.media import MediaFacts
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Calibration, Space
from kinodex.domain.timeline import Box, Span
from kinodex.domain.videos import Video
from kinodex.engines.protocols import FrameVectors
from kinodex.retrieval.candidates import Haystack
from kinodex.retrieval.classification import Classified, WantedClass, classify
from kinodex.retrieval.filters import ParsedFilter, select_videos
from kinodex.retrieval.outcome import SearchOutcome
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.search import search
from kinodex.stores.blobs.obstore_blobs import ObstoreBlobs
from kinodex.stores.protocols import TextLine, Transaction, VectorManifest, VectorRows
from kinodex.stores.sql.records import SqlRecords
from kinodex.stores.vectors.segments import SegmentVectors

INDEX = IndexId("0" * 24)
AT = datetime(2022, 9, 1, tzinfo=UTC)
FACTS = MediaFacts(
    duration_s=60.0,
    width_px=640,
    height_px=360,
    fps=25.0,
    size_bytes=1,
    container="mp4",
    video_codec="h264",
)
CONCEPTS = ("drums", "pig", "kitchen", "money", "rain", "red", "blue", "car")
ALIKE = {"percussion": "drums", "pork": "pig", "cash": "money", "coins": "money", "storm": "rain"}
SIGMOID = Calibration(slope=12.0, offset=-6.0)
SENTENCES = Space("few-words", "0" * 16, len(CONCEPTS) + 2)
MEANING = Space("few-pictures", "0" * 16, len(CONCEPTS) + 2)
APPEARANCE = Space("few-pixels", "0" * 16, 3)


def video(number: int) -> VideoId:
    return VideoId(f"{number:024x}")


def concept_vector(text: str, *, strength: float = 1.0, spare: int = -1) -> Vectors:
    """A vector that points to the concepts named; what is in no concept goes to the spare axis."""
    vector = np.zeros(len(CONCEPTS) + 2, np.float32)
    for word in re.findall(r"\w+", text.lower()):
        concept = ALIKE.get(word, word)
        if concept in CONCEPTS:
            vector[CONCEPTS.index(concept)] = 1.0
    length = float(np.linalg.norm(vector))
    vector = vector / length * strength if length else vector
    vector[spare] = np.sqrt(max(1.0 - float((vector**2).sum()), 0.0))
    return vector


@dataclass
class FewWords:
    """Engines that know eight concepts and the mean colour of a picture, and count their calls."""

    calls: list[str] = field(default_factory=list)
    sentence_space: Space = SENTENCES
    meaning_space: Space = MEANING
    appearance_space: Space = APPEARANCE
    sentence_calibration: Calibration = SIGMOID
    meaning_calibration: Calibration = SIGMOID
    appearance_calibration: Calibration = SIGMOID

    def names(self) -> Mapping[str, str]:
        return {"sentences": "few-words", "visual": "few-pictures", "speech": "ear", "screen_text": "eye"}

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        self.calls.append("sentences")
        return np.stack([concept_vector(each, spare=-2) for each in sentences])

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        self.calls.append("words")
        return np.stack([concept_vector(each, spare=-2) for each in texts])

    def embed_picture(self, frame: Frame) -> FrameVectors:
        self.calls.append("picture")
        colour = frame.reshape(-1, 3).mean(axis=0)
        appearance = (colour / np.linalg.norm(colour)).astype(np.float32)
        return FrameVectors(meaning=concept_vector("")[None, None], appearance=appearance[None])


class StoredIndex:
    """An index to be searched; what is said, written or shown is added in a line, and stored by a search."""

    def __init__(self, records: SqlRecords, blobs: ObstoreBlobs) -> None:
        self.engines = FewWords()
        self.blobs = blobs
        self._records = records
        self._vectors = SegmentVectors(blobs)
        self._videos: dict[VideoId, Video] = {}
        self._lines: list[TextLine] = []
        self._manifests: list[VectorManifest] = []

    def add(self, video_id: VideoId, *, duration_s: float = 60.0, **metadata: str | float) -> None:
        self._videos[video_id] = Video(
            id=video_id,
            index_id=INDEX,
            filename="a.mp4",
            facts=replace(FACTS, duration_s=duration_s),
            sha256="0" * 64,
            created_at=AT,
            updated_at=AT,
            indexed_at=AT,
            user_metadata=metadata,
        )

    def say(self, video_id: VideoId, *lines: tuple[float, float, str]) -> None:
        self._add_lines(video_id, Modality.SPEECH, lines)

    def write(self, video_id: VideoId, *lines: tuple[float, float, str], box: Box | None = None) -> None:
        self._add_lines(video_id, Modality.SCREEN_TEXT, lines, box=box)

    def show(self, video_id: VideoId, *scenes: tuple[float, float, str, float]) -> None:
        """Add pictures, one in the middle of each scene: start, end, concepts, strength."""
        vectors = np.stack([concept_vector(what, strength=strength) for _, _, what, strength in scenes])
        spans = [(start, end) for start, end, _, _ in scenes]
        self._add_rows(video_id, Modality.VISUAL, MEANING, vectors=vectors, spans=spans)

    def paint(self, video_id: VideoId, *scenes: tuple[float, float, tuple[int, int, int]]) -> None:
        colours = np.array([colour for _, _, colour in scenes], np.float32)
        vectors = colours / np.linalg.norm(colours, axis=1, keepdims=True)
        spans = [(start, end) for start, end, _ in scenes]
        self._add_rows(video_id, Modality.VISUAL, APPEARANCE, vectors=vectors, spans=spans)

    def search(self, text: str | None = None, *, limit: int = 1_000, **asked: object) -> SearchOutcome:
        asked = {"generation": "v1.3", "options": ("visual", "transcription"), **asked}
        query = SearchQuery(index_id=INDEX, text=text, **asked)  # type: ignore[arg-type]
        with self.stored() as transaction:
            return search(
                query,
                transaction=transaction,
                vectors=self._vectors,
                executor=self.engines,
                limit=limit,
            )

    def classify(
        self, classes: Mapping[str, Sequence[str]], *videos: VideoId, least: float = 0.25, **asked: object
    ) -> Classified:
        """Look for classes, by name their prompts, in videos of a minute each."""
        asked = {"generation": "v1.1", "options": ("visual", "conversation"), **asked}
        wanted = [
            WantedClass(
                name,
                tuple(SearchQuery(index_id=INDEX, text=prompt, **asked) for prompt in prompts),  # type: ignore[arg-type]
            )
            for name, prompts in classes.items()
        ]
        with self.stored() as transaction:
            haystack = Haystack(transaction, self._vectors, self.engines, videos)
            return classify(wanted, dict.fromkeys(videos, 60.0), haystack, least=least)

    def select(self, wanted: ParsedFilter) -> Sequence[VideoId] | None:
        with self.stored() as transaction:
            return select_videos(transaction.videos, INDEX, wanted)

    @contextmanager
    def stored(self) -> Iterator[Transaction]:
        """Store what is not yet, and look at it."""
        with self._records.write() as transaction:
            for each in self._videos.values():
                transaction.videos.add(each)
            transaction.texts.add(INDEX, self._lines)
            transaction.manifests.add(INDEX, self._manifests)
        self._videos, self._lines, self._manifests = {}, [], []
        with self._records.read() as transaction:
            yield transaction

    def _add_lines(
        self,
        video_id: VideoId,
        modality: Modality,
        lines: Sequence[tuple[float, float, str]],
        *,
        box: Box | None = None,
    ) -> None:
        vectors = np.stack([concept_vector(text, strength=0.95) for _, _, text in lines])
        spans = [(start, end) for start, end, _ in lines]
        self._add_rows(video_id, modality, SENTENCES, vectors=vectors, spans=spans)
        self._lines.extend(
            TextLine(
                video_id=video_id,
                modality=modality,
                number=number,
                span=Span(start_s, end_s),
                text=text,
                box=box,
            )
            for number, (start_s, end_s, text) in enumerate(lines)
        )

    def _add_rows(
        self,
        video_id: VideoId,
        modality: Modality,
        space: Space,
        *,
        vectors: Vectors,
        spans: Sequence[tuple[float, float]],
    ) -> None:
        if video_id not in self._videos:
            self.add(video_id)
        times = np.array(spans, np.float32)
        numbers = np.arange(len(spans), dtype=np.int32)
        rows = VectorRows(vectors, times, times.mean(axis=1), numbers)
        self._manifests.append(self._vectors.put(video_id, modality, space, rows))


class Shelf:
    """Where indexes stand, one at a time."""

    def __init__(self, records: SqlRecords, blobs: ObstoreBlobs) -> None:
        self._records = records
        self._blobs = blobs

    @contextmanager
    def index(self) -> Iterator[StoredIndex]:
        with self._records.write() as transaction:
            transaction.indexes.add(Index(id=INDEX, name="films", models=(), created_at=AT, updated_at=AT))
        try:
            yield StoredIndex(self._records, self._blobs)
        finally:
            with self._records.write() as transaction:
                transaction.indexes.delete(INDEX)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("retrieval")
    records = SqlRecords(f"sqlite:///{folder / 'records.db'}")
    yield Shelf(records, ObstoreBlobs(str(folder / "blobs")))
    records.close()


@pytest.fixture
def index(shelf: Shelf) -> Iterator[StoredIndex]:
    with shelf.index() as index:
        yield index
