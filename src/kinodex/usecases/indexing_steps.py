"""The steps of one task, in order; each can be repeated and each finished one is remembered."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from kinodex.domain.errors import VideoBroken
from kinodex.domain.ids import TaskId
from kinodex.domain.indexes import Index
from kinodex.domain.limits import Limits, check_duration, check_facts
from kinodex.domain.media import Decoded, MediaFacts
from kinodex.domain.names import clean_filename
from kinodex.domain.options import Modality, indexed_modalities
from kinodex.domain.recipes import Recipe
from kinodex.domain.tasks import Task, TaskStatus
from kinodex.domain.timeline import ScreenText, Utterance
from kinodex.domain.videos import Video
from kinodex.domain.warnings import VideoWarning
from kinodex.engines.executor import Executor
from kinodex.jobs.protocols import Checkpoints
from kinodex.media.protocols import MediaReader
from kinodex.pipeline.folder import WorkFolder
from kinodex.pipeline.steps.cut_segments import cut_segments
from kinodex.pipeline.steps.embed_pictures import embed_pictures
from kinodex.pipeline.steps.parse_transcript import parse_transcript
from kinodex.pipeline.steps.read_screen_text import read_screen_text
from kinodex.pipeline.steps.transcribe import transcribe
from kinodex.sources.protocols import SourceSampler, VideoFetcher
from kinodex.stores.protocols import BlobStore, Records, VectorManifest, VectorStore
from kinodex.usecases.artifacts import Artifacts
from kinodex.usecases.blobs import transcript_key
from kinodex.usecases.claiming import Claims
from kinodex.usecases.decoder_losses import DecoderLosses
from kinodex.usecases.publishing import Understood, publish
from kinodex.usecases.receiving import Receiving
from kinodex.usecases.reporting import Reporter
from kinodex.usecases.reusing import Reusing, recipe_of
from kinodex.usecases.vectors import store_lines, store_pictures

TRANSCRIPT_BYTES = 16 * 1024 * 1024

Outcome = dict[str, Any]
"""What a step leaves in its checkpoint: small, and made of plain JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexingTools:
    """What the work needs."""

    records: Records
    blobs: BlobStore
    vectors: VectorStore
    executor: Executor
    media: MediaReader
    fetcher: VideoFetcher
    sampler: SourceSampler
    limits: Mapping[str, Limits]
    maximum_bytes: int


class IndexingSteps:
    """The work on one task, in one life of the worker."""

    def __init__(
        self, tools: IndexingTools, task: Task, index: Index, *, folder: Path, checkpoints: Checkpoints
    ) -> None:
        self._tools = tools
        self._task = task
        self._limits = tools.limits[task.generation]
        self._modalities = indexed_modalities(index.options, generation=index.generation)
        self._checkpoints = checkpoints
        self._artifacts = Artifacts(
            video_id=task.video_id, folder=WorkFolder(folder), blobs=tools.blobs, media=tools.media
        )
        self._reporter = Reporter(tools.records, task)
        self._claims = Claims(tools.records, task.id)
        self._reusing = Reusing(tools.records, tools.blobs)
        self._receiving = Receiving(
            task=task,
            limits=self._limits,
            maximum_bytes=tools.maximum_bytes,
            records=tools.records,
            blobs=tools.blobs,
            fetcher=tools.fetcher,
            sampler=tools.sampler,
            media=tools.media,
            artifacts=self._artifacts,
            reporter=self._reporter,
            claims=self._claims,
        )
        self._losses = DecoderLosses(tools.records, task.id)

    def run(self) -> None:
        """Do what is not done yet; at the end the video can be found."""
        self._artifacts.folder.create()
        fetched = self._step("fetch", self._fetch)
        recipe = self._recipe(fetched)
        if outcomes := self._taken_over(fetched["sha256"], recipe):
            self._step("publish", lambda: self._publish(fetched, recipe, outcomes))
            return
        facts = self._step("probe", self._probe)
        # Of tasks over the same bytes one works, and the others find its video when their turn comes.
        with self._claims.held(f"work {fetched['sha256']} {recipe.fingerprint}", waiting=self._waiting):
            done = self._taken_over(fetched["sha256"], recipe) or self._understood(facts)
            self._step("publish", lambda: self._publish(fetched, recipe, done))

    def _recipe(self, fetched: Outcome) -> Recipe:
        return recipe_of(
            self._task,
            self._modalities,
            executor=self._tools.executor,
            transcript_sha256=fetched.get("transcript_sha256"),
        )

    def _taken_over(self, sha256: str, recipe: Recipe) -> list[Outcome]:
        """Return what a video of the same bytes and recipe has, made this one's own; empty without one."""
        twin = self._reusing.find(sha256, recipe)
        if twin is None or twin.id == self._task.video_id:
            return []
        outcome = self._step("take_over", lambda: self._take_over(twin))
        return [outcome] if outcome else []

    def _take_over(self, twin: Video) -> Outcome:
        self._reporter.move_to(TaskStatus.INDEXING)
        self._check(twin.facts)
        outcome = self._reusing.take_over(twin, self._task.video_id)
        if not outcome:
            return {}
        self._reporter.note(f"The results are those of video {twin.id}: same bytes, same recipe.")
        return {**outcome, "facts": asdict(twin.facts)}

    def _waiting(self, holder: TaskId) -> None:
        self._reporter.waits_for(f"task {holder} is working on the same bytes")

    def _understood(self, probed: Outcome) -> list[Outcome]:
        """Do everything from the decode pass on."""
        facts = msgspec.convert(probed, MediaFacts)
        decoded = self._step("decode", lambda: self._decode(facts))
        played = self._step("prepare_playback", lambda: self._prepare_playback(facts))
        heard = self._step("transcribe", lambda: self._transcribe(facts))
        read = self._step("read_screen_text", lambda: self._read_screen_text(facts))
        seen = self._step("embed_pictures", lambda: self._embed_pictures(facts))
        lines = self._step("embed_sentences", self._embed_sentences)
        return [{**decoded, "facts": probed}, played, heard, read, seen, lines]

    def _step(self, name: str, compute: Callable[[], Outcome]) -> Outcome:
        def measured() -> Outcome:
            with self._reporter.step(name):
                return compute()

        return self._checkpoints.run(name, measured)

    def _fetch(self) -> Outcome:
        with self._receiving.failures_noted():
            fetched = self._receiving.receive()
        if self._task.transcript_url is not None:
            self._fetch_transcript(self._task.transcript_url)
        filename = clean_filename(fetched.filename)
        self._reporter.update(filename=filename, size_bytes=fetched.size_bytes)
        self._reporter.move_to(TaskStatus.VALIDATING)
        transcript = self._artifacts.transcript()
        digest = None if transcript is None else hashlib.sha256(transcript).hexdigest()
        return {"sha256": fetched.sha256, "filename": filename, "transcript_sha256": digest}

    def _fetch_transcript(self, url: str) -> None:
        path = self._artifacts.folder.path / "transcript"
        self._tools.fetcher.fetch(
            url, path, limit_bytes=TRANSCRIPT_BYTES, progress=lambda _so_far: None, kind="text"
        )
        self._tools.blobs.put_file(transcript_key(self._task.video_id), path)

    def _probe(self) -> Outcome:
        source = self._artifacts.source()
        with self._receiving.failures_noted():
            facts = self._losses.bear(lambda: self._tools.media.probe(source))
            self._check(facts)
        self._reporter.move_to(TaskStatus.PENDING)
        return asdict(facts)

    def _check(self, facts: MediaFacts) -> None:
        """Tell the task what its video is like, and refuse what breaks a requirement."""
        self._reporter.update(
            duration_s=facts.duration_s,
            width_px=facts.width_px,
            height_px=facts.height_px,
            size_bytes=facts.size_bytes,
        )
        check_facts(facts, self._limits)

    def _decode(self, facts: MediaFacts) -> Outcome:
        self._reporter.move_to(TaskStatus.INDEXING)
        decoded = self._losses.bear(lambda: self._artifacts.decode(facts, progress=self._reporter.progress))
        check_duration(decoded.duration_s, self._limits)
        self._artifacts.save("segments", cut_segments(decoded.shots))
        self._reporter.update(duration_s=decoded.duration_s)
        return {"duration_s": decoded.duration_s, "warnings": msgspec.to_builtins(decoded.warnings)}

    def _decoded(self, facts: MediaFacts) -> Decoded:
        return self._losses.bear(lambda: self._artifacts.decoded(facts, progress=self._reporter.progress))

    def _prepare_playback(self, facts: MediaFacts) -> Outcome:
        self._artifacts.draw_storyboard(self._decoded(facts))
        if not self._task.keep_stream:
            return {}
        try:
            package = self._artifacts.package(facts, progress=self._reporter.progress)
        except VideoBroken as error:
            # It was decoded, so it can be found; that it cannot be played is no reason to lose it.
            return {"warnings": _warned(f"It cannot be played here: {error.message}")}
        if package.stream is None:
            return {"warnings": _warned(f"It cannot be played here: {package.flaw}.")}
        flaws = _warned(f"Playback: {package.flaw}.") if package.flaw else []
        return {"is_playable": True, "warnings": flaws}

    def _transcribe(self, facts: MediaFacts) -> Outcome:
        transcript = self._artifacts.transcript()
        if transcript is not None:
            self._artifacts.save("utterances", parse_transcript(transcript))
            return {"engines": {"speech": "user-transcript"}}
        lines = self._subtitles(facts)
        if lines:
            self._artifacts.save("utterances", lines)
            return {"engines": {"speech": "subtitles"}}
        reason = self._why_deaf(facts)
        self._artifacts.save("utterances", () if reason is not None else self._listen(facts))
        if reason is not None:
            return {"warnings": _warned(reason) if reason else []}
        return {"engines": {"speech": self._engine("speech")}}

    def _subtitles(self, facts: MediaFacts) -> tuple[Utterance, ...]:
        """Return the lines of subtitles in the file, in the language of the task or in none it names."""
        if Modality.SPEECH not in self._modalities or not facts.subtitle_streams:
            return ()
        tracks = self._decoded(facts).subtitles
        for language in (self._task.language, None):
            for track in tracks:
                if track.language == language:
                    return track.lines
        return ()

    def _why_deaf(self, facts: MediaFacts) -> str | None:
        """Return why speech is not transcribed; empty where the index does not want it, ``None`` if it is."""
        language = self._task.language
        if Modality.SPEECH not in self._modalities:
            return ""
        if not facts.has_audio:
            return "The video has no sound: nothing said in it can be found."
        if language not in self._tools.executor.speech_languages:
            return f"Speech was not transcribed: {self._engine('speech')} does not understand {language!r}."
        return None

    def _listen(self, facts: MediaFacts) -> tuple[Utterance, ...]:
        return transcribe(
            self._artifacts.folder.decoded,
            self._decoded(facts),
            media=self._tools.media,
            executor=self._tools.executor,
            progress=self._reporter.progress,
        )

    def _read_screen_text(self, facts: MediaFacts) -> Outcome:
        if Modality.SCREEN_TEXT not in self._modalities:
            self._artifacts.save("screen_text", ())
            return {}
        lines: tuple[ScreenText, ...] = read_screen_text(
            self._artifacts.folder.decoded,
            self._decoded(facts),
            media=self._tools.media,
            executor=self._tools.executor,
            progress=self._reporter.progress,
        )
        self._artifacts.save("screen_text", lines)
        return {"engines": {"screen_text": self._engine("screen_text")}}

    def _embed_pictures(self, facts: MediaFacts) -> Outcome:
        if Modality.VISUAL not in self._modalities:
            return {}
        decoded = self._decoded(facts)
        vectors = embed_pictures(
            self._artifacts.folder.decoded,
            decoded.frames,
            media=self._tools.media,
            executor=self._tools.executor,
            progress=self._reporter.progress,
        )
        manifests = store_pictures(
            self._task.video_id,
            decoded,
            self._artifacts.segments(),
            vectors=vectors,
            executor=self._tools.executor,
            store=self._tools.vectors,
        )
        return {"engines": {"visual": self._engine("visual")}, "manifests": _plain(manifests)}

    def _embed_sentences(self) -> Outcome:
        lines = {
            Modality.SPEECH: [(line.span, line.text) for line in self._artifacts.utterances()],
            Modality.SCREEN_TEXT: [(line.span, line.text) for line in self._artifacts.screen_text()],
        }
        manifests = [
            manifest
            for modality, texts in lines.items()
            for manifest in store_lines(
                self._task.video_id,
                modality,
                texts,
                executor=self._tools.executor,
                store=self._tools.vectors,
            )
        ]
        return {"engines": {"sentences": self._engine("sentences")}, "manifests": _plain(manifests)}

    def _publish(self, fetched: Outcome, recipe: Recipe, outcomes: Sequence[Outcome]) -> Outcome:
        decoded = outcomes[0]
        facts = msgspec.convert(decoded["facts"], MediaFacts)
        understood = Understood(
            facts=replace(facts, duration_s=decoded["duration_s"]),
            sha256=fetched["sha256"],
            recipe=recipe.fingerprint,
            filename=fetched["filename"],
            utterances=self._artifacts.utterances(),
            screen_text=self._artifacts.screen_text(),
            manifests=[
                msgspec.convert(plain, VectorManifest)
                for outcome in outcomes
                for plain in outcome.get("manifests", [])
            ],
            is_playable=any(outcome.get("is_playable") for outcome in outcomes),
            engines={role: name for each in outcomes for role, name in each.get("engines", {}).items()},
            warnings=[
                msgspec.convert(plain, VideoWarning)
                for outcome in outcomes
                for plain in outcome.get("warnings", [])
            ],
        )
        with self._tools.records.write() as transaction:
            task = self._reporter.require(transaction)
            publish(transaction, task, understood)
        return {}

    def _engine(self, role: str) -> str:
        return self._tools.executor.names()[role]


def _warned(*sentences: str) -> list[Outcome]:
    """Return warnings that hold for a whole video, as plain values."""
    plain: list[Outcome] = msgspec.to_builtins([VideoWarning(sentence) for sentence in sentences])
    return plain


def _plain(manifests: Sequence[VectorManifest]) -> list[Outcome]:
    return [msgspec.to_builtins(manifest) for manifest in manifests]
