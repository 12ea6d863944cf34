"""What would become of the video at a URL, told after reading at most 2 MiB of it."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kinodex.domain import errors
from kinodex.domain.boxes import first_unread, movie_index
from kinodex.domain.ids import IndexId
from kinodex.domain.limits import Limits, broken_limits
from kinodex.domain.media import Glimpse
from kinodex.domain.names import clean_filename
from kinodex.domain.request_headers import RequestHeaders
from kinodex.domain.videos import Video
from kinodex.media.protocols import MediaReader
from kinodex.sources.protocols import Sample, SourceSampler, VideoFetcher
from kinodex.stores.protocols import Records, Transaction
from kinodex.usecases.estimates import FIRST_RATES, STEPS
from kinodex.usecases.indexes import require_index
from kinodex.usecases.receiving import source_digest

BUDGET_BYTES = 2 * 1024**2
"""At most so much of a video is read."""
HEAD_BYTES = 1024**2
"""Read first; the rest of the budget is for an index at the end, or for more of the beginning."""

LARGEST_LOOKED_INTO_BYTES = 1024**4
"""The parts of a file lie in their places in a sparse one, which cannot be of any size."""

SOUND_BYTES_PER_S = 2 * 16_000
PICTURES_BYTES_PER_S = 64 * 1024
"""Sampled pictures of a busy film; quiet ones take less."""
_MP4_BEGINNINGS = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a task would fail; one that is not certain rests on what a header declares."""

    code: str
    message: str
    is_certain: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """
    What would become of a video.

    Attributes:
        generation: The API version whose limits were applied.
        is_reachable: Whether the source gave its bytes.
        problems: Everything known that a task would fail of; its first one a task would name.
        read_bytes: So much was read of the file.
        size_bytes: Length of the file; ``None``, here and below, for what is not known.
        filename: For people.
        glimpse: What the bytes that were read tell.
        disk_bytes: Space the file and what is made of it take while it is indexed, about.
        work_s: Seconds of work on this machine, without waiting for others, about.
        is_measured: Whether all rates behind ``work_s`` were measured on this machine.
        already: Videos with the same bytes, of the indexes that were asked about.
    """

    generation: str
    is_reachable: bool
    problems: tuple[Problem, ...] = ()
    read_bytes: int = 0
    size_bytes: int | None = None
    filename: str | None = None
    glimpse: Glimpse = field(default_factory=Glimpse)
    disk_bytes: int | None = None
    work_s: float | None = None
    is_measured: bool = False
    already: tuple[Video, ...] = ()

    @property
    def unknown(self) -> tuple[str, ...]:
        """What the bytes that were read do not tell, in the words of the API."""
        seen = self.glimpse
        facts: Mapping[str, object] = {
            "size": self.size_bytes,
            "container": seen.container,
            "video_codec": seen.video_codec,
            "resolution": seen.width_px,
            "fps": seen.fps,
            "duration": seen.duration_s,
        }
        return tuple(name for name, fact in facts.items() if fact is None)

    @property
    def is_accepted(self) -> bool | None:
        """Whether a task would get past the checks; ``None`` where too little is known."""
        if not self.is_reachable or any(problem.is_certain for problem in self.problems):
            return False
        is_sure = not self.problems and {"resolution", "duration"}.isdisjoint(self.unknown)
        return True if is_sure else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """
    What is asked.

    ``index_id`` narrows the search for the same video to one index; ``reaches`` to those a caller may see.
    """

    url: str
    generation: str
    headers: RequestHeaders = ()
    index_id: IndexId | None = None
    reaches: Callable[[IndexId], bool] = lambda _index_id: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Looks at a video before anybody indexes it; nothing of it is kept."""

    records: Records
    fetcher: VideoFetcher
    sampler: SourceSampler
    media: MediaReader
    limits: Mapping[str, Limits]
    maximum_bytes: int
    free_space_bytes: int
    folder: Path

    def estimate(self, looking: Looking) -> Estimate:
        """
        Tell what would become of a video.

        Raises:
            UrlRefused: The address is not acceptable, as it would be for a task.
            NotFound: No such index.
        """
        self.fetcher.admit(looking.url)
        if looking.index_id is not None:
            with self.records.read() as transaction:
                require_index(transaction, looking.index_id)
        nothing = Estimate(generation=looking.generation, is_reachable=False)
        try:
            head = self.sampler.sample(looking.url, start=0, length=HEAD_BYTES, headers=looking.headers)
        except errors.VideoRejected as error:
            return replace(nothing, is_reachable=True, problems=(_problem(error),))
        except (errors.FetchFailed, errors.UrlRefused) as error:
            return replace(nothing, problems=(_problem(error),))
        return self._judged(looking, self._seen(looking, head), head)

    def _seen(self, looking: Looking, head: Sample) -> Estimate:
        """Look at the head, and where that does not tell all, at one more part."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            part = _Part(Path(folder) / "source", head)
            glimpse = part.glimpse(self.media)
            start = part.wanted_next(glimpse)
            if start is not None and part.take(self._more(looking, head, start=start)):
                glimpse = part.glimpse(self.media)
        return Estimate(
            generation=looking.generation,
            is_reachable=True,
            read_bytes=part.read_bytes,
            size_bytes=head.total_bytes,
            filename=clean_filename(head.filename),
            glimpse=glimpse,
        )

    def _more(self, looking: Looking, head: Sample, *, start: int) -> Sample | None:
        """Return another part of the same file; ``None`` if the source gives none."""
        length = BUDGET_BYTES - len(head.content)
        try:
            more = self.sampler.sample(looking.url, start=start, length=length, headers=looking.headers)
        except errors.KinodexError:
            return None  # what it would have told stays unknown
        is_same = (more.validator, more.total_bytes) == (head.validator, head.total_bytes)
        return more if is_same and more.start == start else None

    def _judged(self, looking: Looking, estimate: Estimate, head: Sample) -> Estimate:
        duration_s, size_bytes = estimate.glimpse.duration_s, estimate.size_bytes
        with self.records.read() as transaction:
            rates = transaction.steps.rates()
            already = tuple(self._same(transaction, looking, head))
        made_bytes = None if duration_s is None else round(duration_s * _made_bytes_per_s(estimate.glimpse))
        disk_bytes = None if size_bytes is None or made_bytes is None else size_bytes + made_bytes
        per_second = sum(rates.get(step, FIRST_RATES[step]) for step in STEPS)
        return replace(
            estimate,
            problems=tuple(self._problems(estimate, least_bytes=(size_bytes or 0) + (made_bytes or 0))),
            disk_bytes=disk_bytes,
            work_s=None if duration_s is None else duration_s * per_second,
            is_measured=all(step in rates for step in STEPS),
            already=already,
        )

    def _problems(self, estimate: Estimate, *, least_bytes: int) -> Iterator[Problem]:
        seen, limits = estimate.glimpse, self.limits[estimate.generation]
        if seen.not_a_video is not None:
            yield _problem(errors.NotAVideo(seen.not_a_video))
            return
        allowed = replace(limits, maximum_size_bytes=min(limits.maximum_size_bytes, self.maximum_bytes))
        sides = (seen.width_px, seen.height_px) if seen.width_px and seen.height_px else None
        for error in broken_limits(allowed, size_bytes=estimate.size_bytes):
            yield _problem(error)
        for error in broken_limits(allowed, sides_px=sides):
            yield _problem(error, is_certain=seen.is_size_sure)
        for error in broken_limits(allowed, duration_s=seen.duration_s):
            yield _problem(error, is_certain=seen.is_duration_sure)
        free_bytes = shutil.disk_usage(self.folder).free - self.free_space_bytes
        if least_bytes > free_bytes:
            yield _problem(errors.StorageFull(max(0, free_bytes), least_bytes), is_certain=False)

    def _same(self, transaction: Transaction, looking: Looking, head: Sample) -> Iterator[Video]:
        """Yield the videos of the same bytes that the caller may know of."""
        digests = {
            source.found.sha256
            for source in transaction.sources.of(source_digest(looking.url, looking.headers))
            if source.found is not None and head.validator is not None
            if (source.found.validator, source.found.size_bytes) == (head.validator, head.total_bytes)
        }
        if len(head.content) == head.total_bytes:
            digests.add(hashlib.sha256(head.content).hexdigest())
        for digest in sorted(digests):
            for video in transaction.videos.of_bytes(digest):
                if looking.index_id in {None, video.index_id} and looking.reaches(video.index_id):
                    yield video


class _Part:
    """Some bytes of a file, in their places in a file that is otherwise empty."""

    def __init__(self, path: Path, head: Sample) -> None:
        self._path = path
        self._total_bytes = head.total_bytes
        self._spans = [(0, len(head.content))]
        self._path.write_bytes(head.content)
        self._is_mp4 = head.content[4:8] in _MP4_BEGINNINGS

    @property
    def read_bytes(self) -> int:
        """How many bytes there are."""
        return sum(end - start for start, end in self._spans)

    def glimpse(self, media: MediaReader) -> Glimpse:
        """Return what the bytes tell; nothing where they cannot be read."""
        try:
            return media.glance(self._path.absolute(), self._spans, total_bytes=self._total_bytes)
        except errors.VideoRejected:
            return Glimpse()

    def wanted_next(self, glimpse: Glimpse) -> int | None:
        """Return where to read on; ``None`` if nothing more is needed, or can be told."""
        is_enough = glimpse.is_size_sure and glimpse.duration_s is not None
        is_decided = glimpse.not_a_video is not None or (is_enough and not self._lacks_index(glimpse))
        start = self._index_start() if self._is_mp4 else self._spans[0][1]
        is_there = start < (self._total_bytes or 0) <= LARGEST_LOOKED_INTO_BYTES
        return start if is_there and not is_decided else None

    def _lacks_index(self, glimpse: Glimpse) -> bool:
        return self._is_mp4 and not glimpse.is_duration_sure and self._index_start() >= self._spans[0][1]

    def take(self, more: Sample | None) -> bool:
        """Put another part in its place; return whether there was one."""
        if more is None or not more.content:
            return False
        with self._path.open("r+b") as file:
            file.seek(more.start)
            file.write(more.content)
        self._spans.append((more.start, more.start + len(more.content)))
        if more.start == self._spans[0][1]:
            self._spans = [(0, self._spans[1][1])]
        return True

    def _index_start(self) -> int:
        """Return where the index of an MP4 lies, or goes on, behind what is here."""
        end = self._spans[0][1]
        index = movie_index(self._read_at)
        if index is None:
            return first_unread(self._read_at)
        return max(index.start, end)

    def _read_at(self, start: int, length: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(length)


def _problem(error: errors.KinodexError, *, is_certain: bool = True) -> Problem:
    return Problem(error.code, error.message, is_certain)


def _made_bytes_per_s(glimpse: Glimpse) -> int:
    return PICTURES_BYTES_PER_S + (SOUND_BYTES_PER_S if glimpse.audio_codec is not None else 0)
