"""An index in memory: stores that keep to their protocols in a few lines, engines that know eight things."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from kinodex.domain.arrays import Frame, Vectors
from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.listing import Condition
from kinodex.domain.options import Modality
from kinodex.domain.spaces import Calibration, Space
from kinodex.domain.timeline import Span
from kinodex.engines.protocols import FrameVectors
from kinodex.retrieval.outcome import SearchOutcome
from kinodex.retrieval.query import SearchQuery
from kinodex.retrieval.search import search
from kinodex.stores.protocols import (
    TextHit,
    TextLine,
    Transaction,
    VectorHit,
    VectorManifest,
    VectorRows,
)

INDEX = IndexId("0" * 24)
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


@dataclass
class MemoryTexts:
    lines_: list[TextLine] = field(default_factory=list)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def lines(self, video_id: VideoId, modality: Modality, span: Span | None = None) -> Sequence[TextLine]:
        return [
            line
            for line in self.lines_
            if (line.video_id, line.modality) == (video_id, modality)
            and (span is None or line.span.overlaps(span))
        ]

    def find(
        self,
        index_id: IndexId,
        query: str,
        *,
        modality: Modality,
        exact: bool,
        videos: Sequence[VideoId] | None,
        limit: int,
    ) -> Sequence[TextHit]:
        self.asked.append((query, exact))
        wanted = re.findall(r"\w+", query.lower())
        hits = []
        for line in self.lines_:
            words = re.findall(r"\w+", line.text.lower())
            held = tuple(word for word in dict.fromkeys(wanted) if word in words)
            phrase = f" {' '.join(wanted)} " in f" {' '.join(words)} "
            is_in = line.modality is modality and (videos is None or line.video_id in videos)
            if is_in and held and (phrase or not exact):
                hits.append(TextHit(line, len(held), len(held) / len(set(wanted)), held))
        return sorted(hits, key=lambda hit: -hit.rank)[:limit]


@dataclass
class MemoryManifests:
    manifests: list[VectorManifest] = field(default_factory=list)

    def list(
        self, index_id: IndexId, *, modality: Modality, space: str, videos: Sequence[VideoId] | None
    ) -> Sequence[VectorManifest]:
        return [
            each
            for each in self.manifests
            if (each.modality, each.space) == (modality, space)
            and (videos is None or each.video_id in videos)
        ]


@dataclass
class MemoryVectors:
    rows: dict[str, VectorRows] = field(default_factory=dict)

    def search(
        self, manifests: Sequence[VectorManifest], queries: Vectors, *, top_k: int
    ) -> Sequence[VectorHit]:
        hits = []
        for manifest in manifests:
            if manifest.blob not in self.rows:
                raise FileNotFoundError(manifest.blob)
            rows = self.rows[manifest.blob]
            for place, similarity in enumerate((rows.vectors @ queries.T).max(axis=1)):
                start_s, end_s = (float(each) for each in rows.spans[place])
                at_s, number = float(rows.at_s[place]), int(rows.numbers[place])
                hits.append(
                    VectorHit(manifest.video_id, Span(start_s, end_s), at_s, number, float(similarity))
                )
        return sorted(hits, key=lambda hit: -hit.similarity)[:top_k]


@dataclass
class MemoryVideos:
    facts: dict[VideoId, dict[str, object]] = field(default_factory=dict)

    def matching(self, index_id: IndexId, conditions: Sequence[Condition]) -> Sequence[VideoId]:
        return [
            video_id
            for video_id, facts in self.facts.items()
            if all(_fulfils({"id": video_id, **facts}, condition) for condition in conditions)
        ]


def _fulfils(facts: Mapping[str, object], condition: Condition) -> bool:
    value = facts.get(condition.field)
    if condition.comparison == "in":
        return value in cast("tuple[str, ...]", condition.value)
    if condition.comparison == "eq":
        return value == condition.value
    if not isinstance(value, int | float) or not isinstance(condition.value, int | float):
        return False
    return value >= condition.value if condition.comparison == "gte" else value <= condition.value


@dataclass
class MemoryIndex:
    """Videos to be searched; everything said, written or shown is added in a line."""

    engines: FewWords = field(default_factory=FewWords)
    texts: MemoryTexts = field(default_factory=MemoryTexts)
    manifests: MemoryManifests = field(default_factory=MemoryManifests)
    vectors: MemoryVectors = field(default_factory=MemoryVectors)
    videos: MemoryVideos = field(default_factory=MemoryVideos)

    def add(self, video_id: VideoId, **facts: object) -> None:
        self.videos.facts[video_id] = facts

    def say(self, video_id: VideoId, *lines: tuple[float, float, str]) -> None:
        self._lines(video_id, Modality.SPEECH, lines)

    def write(self, video_id: VideoId, *lines: tuple[float, float, str]) -> None:
        self._lines(video_id, Modality.SCREEN_TEXT, lines)

    def show(self, video_id: VideoId, *scenes: tuple[float, float, str, float]) -> None:
        """Add pictures, one in the middle of each scene: start, end, concepts, strength."""
        vectors = np.stack([concept_vector(what, strength=strength) for _, _, what, strength in scenes])
        self._rows(video_id, Modality.VISUAL, MEANING, vectors, [(start, end) for start, end, _, _ in scenes])

    def paint(self, video_id: VideoId, *scenes: tuple[float, float, tuple[int, int, int]]) -> None:
        colours = np.array([colour for _, _, colour in scenes], np.float32)
        vectors = colours / np.linalg.norm(colours, axis=1, keepdims=True)
        self._rows(video_id, Modality.VISUAL, APPEARANCE, vectors, [(start, end) for start, end, _ in scenes])

    def search(self, text: str | None = None, *, limit: int = 1_000, **asked: object) -> SearchOutcome:
        asked = {"generation": "v1.3", "options": ("visual", "transcription"), **asked}
        query = SearchQuery(index_id=INDEX, text=text, **asked)  # type: ignore[arg-type]
        return search(
            query,
            transaction=cast("Transaction", SimpleNamespace(**self._stores())),
            vectors=cast("object", self.vectors),  # type: ignore[arg-type]
            executor=self.engines,
            limit=limit,
        )

    def _stores(self) -> Mapping[str, object]:
        return {"texts": self.texts, "manifests": self.manifests, "videos": self.videos}

    def _lines(
        self, video_id: VideoId, modality: Modality, lines: Sequence[tuple[float, float, str]]
    ) -> None:
        self.videos.facts.setdefault(video_id, {})
        for number, (start_s, end_s, text) in enumerate(lines):
            self.texts.lines_.append(
                TextLine(
                    video_id=video_id,
                    modality=modality,
                    number=number,
                    span=Span(start_s, end_s),
                    text=text,
                )
            )
        vectors = np.stack([concept_vector(text, strength=0.95) for _, _, text in lines])
        self._rows(video_id, modality, SENTENCES, vectors, [(start, end) for start, end, _ in lines])

    def _rows(
        self,
        video_id: VideoId,
        modality: Modality,
        space: Space,
        vectors: Vectors,
        spans: Sequence[tuple[float, float]],
    ) -> None:
        self.videos.facts.setdefault(video_id, {})
        times = np.array(spans, np.float32)
        blob = f"{video_id}/{modality}/{space.id}"
        self.vectors.rows[blob] = VectorRows(
            vectors, times, times.mean(axis=1), np.arange(len(spans), dtype=np.int32)
        )
        manifest = VectorManifest(
            video_id=video_id, modality=modality, space=space.id, blob=blob, sha256="", rows=len(spans)
        )
        self.manifests.manifests.append(manifest)


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex()
