"""The only caller of engines: turns, batches, limits, timing, and one kind of failure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinodex.domain.arrays import Frame, Vectors
from kinodex.domain.errors import KinodexError
from kinodex.domain.lifelines import Lifeline
from kinodex.domain.spaces import Calibration, Space
from kinodex.domain.timeline import ScreenText, Utterance
from kinodex.engines.known_texts import KnownTexts
from kinodex.engines.protocols import (
    Engine,
    FrameVectors,
    ReadSound,
    ScreenTextReader,
    SentenceEmbedder,
    SpeechRecognizer,
    TimedFrame,
    VisualAbilities,
    VisualEmbedder,
)
from kinodex.engines.turns import Outside, Turns, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSet:
    """One engine for each thing to understand; the field names are the roles."""

    sentences: SentenceEmbedder
    visual: VisualEmbedder
    speech: SpeechRecognizer
    screen_text: ScreenTextReader


class Executor:
    """
    Runs engines for everybody, from any thread.

    An engine works for one caller at a time and changes hands after each batch, utterance or line, so
    a query waits for a moment of work and not for a video. Everything here raises ``EngineNotReady`` where
    weights are missing and ``EngineFailed`` where an engine fails; ours and the caller's own exceptions pass.
    """

    def __init__(self, engines: EngineSet, *, anew: Callable[[], EngineSet] | None = None) -> None:
        """
        Use some engines.

        Args:
            engines: One for each role.
            anew: Makes them once more, for the place of one that hangs; without it such a one stays lost.
        """
        self._engines = engines
        self._anew = anew
        self._roles: dict[str, Engine] = {
            "sentences": engines.sentences,
            "visual": engines.visual,
            "speech": engines.speech,
            "screen_text": engines.screen_text,
        }
        self._turns = {role: Turns(engine) for role, engine in self._roles.items()}
        self._known_sentences, self._known_words = KnownTexts(), KnownTexts()

    def take_from(self, line: Lifeline) -> Sequence[str]:
        """
        Take the engines that work for a step away from it, which hangs, and put new ones in their place.

        Returns:
            Their names. Whoever waited for one gets ``EngineFailed``, and may try again.
        """
        roles = [role for role, turns in self._turns.items() if turns.is_held_by(line)]
        for role in roles:
            hung = self._turns[role]
            if self._anew is not None:
                engine = getattr(self._anew(), role)
                self._engines = replace(self._engines, **{role: engine})
                self._roles[role], self._turns[role] = engine, Turns(engine)
            hung.give_up()
        return [self._roles[role].name for role in roles]

    def names(self) -> Mapping[str, str]:
        """Return the name of the engine of each role."""
        return {role: engine.name for role, engine in self._roles.items()}

    def usage(self) -> Mapping[str, Usage]:
        """Return what each engine, by name, has done: texts, pictures, utterances, pictures read."""
        return {turns.engine: turns.usage for turns in self._turns.values()}

    def readiness(self) -> Mapping[str, str | None]:
        """Return for each role ``None``, or why it cannot work; from memory, nothing is loaded."""
        return {role: turns.reason for role, turns in self._turns.items()}

    def warm_up(self) -> None:
        """
        Load every engine that can be loaded.

        Raises:
            EngineNotReady, EngineFailed: The first that could not be loaded, once all have been tried.
        """
        failures: list[KinodexError] = []
        for turns in self._turns.values():
            try:
                turns.warm_up()
            except KinodexError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def embed_frames(self, frames: Iterable[Frame], *, progress: Callable[[int], None]) -> FrameVectors:
        """
        Embed pictures, taken a batch at a time.

        Args:
            frames: May be endless for all memory cares, and empty.
            progress: Told how many are done after each batch.

        Returns:
            Row *i* for picture *i*.
        """
        results: list[FrameVectors] = []
        done = 0
        for result in self._turns["visual"].in_batches(frames, self._engines.visual.embed_frames):
            results.append(result)
            done += len(result.appearance)
            progress(done)
        if not results:
            return self._no_frames()
        return FrameVectors(
            meaning=np.concatenate([result.meaning for result in results]),
            appearance=np.concatenate([result.appearance for result in results]),
        )

    def _no_frames(self) -> FrameVectors:
        return FrameVectors(
            meaning=np.empty((0, 1, self.meaning_space.dimensions), dtype=np.float32),
            appearance=np.empty((0, self.appearance_space.dimensions), dtype=np.float32),
        )

    def embed_picture(self, frame: Frame) -> FrameVectors:
        """Embed one picture, as a query."""
        return self.embed_frames([frame], progress=_ignore)

    def embed_sentences(self, sentences: Sequence[str]) -> Vectors:
        """Embed sentences; shape ``(n, d)``, also for none. Few at once are remembered, as queries are."""

        def embed(missing: Sequence[str]) -> Vectors:
            results = self._turns["sentences"].in_batches(missing, self._engines.sentences.embed_sentences)
            return _joined(results, dimensions=self.sentence_space.dimensions)

        return self._known_sentences.vectors(sentences, embed)

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        """Embed descriptions of pictures; shape ``(n, d)``, also for none. Few at once are remembered."""

        def embed(missing: Sequence[str]) -> Vectors:
            results = self._turns["visual"].in_batches(missing, self._engines.visual.embed_words)
            return _joined(results, dimensions=self.meaning_space.dimensions)

        return self._known_words.vectors(texts, embed)

    def transcribe(
        self, read: ReadSound, duration_s: float, *, progress: Callable[[float], None]
    ) -> list[Utterance]:
        """
        Return what is said, in order.

        Args:
            read: Gives the sound between two times.
            duration_s: Length of the track.
            progress: Told the time reached, in seconds; the duration at the end.
        """
        turns, outside = self._turns["speech"], Outside()
        utterances: list[Utterance] = []

        def heard() -> Iterator[Utterance]:
            yield from self._engines.speech.transcribe(outside.reading(read), duration_s)

        results = heard()
        while (utterance := turns.take(lambda: next(results, None), outside=outside)) is not None:
            turns.count()
            utterances.append(utterance)
            progress(utterance.span.end_s)
        progress(duration_s)
        return utterances

    def read_screen_text(self, frames: Iterable[TimedFrame]) -> list[ScreenText]:
        """Return the lines that stand on screen, as the engine finds them; pictures are taken one by one."""
        turns, outside = self._turns["screen_text"], Outside()
        lines: list[ScreenText] = []

        def found() -> Iterator[ScreenText]:
            yield from self._engines.screen_text.read(outside.each(frames, count=turns.count))

        results = found()
        while (line := turns.take(lambda: next(results, None), outside=outside)) is not None:
            lines.append(line)
        return lines

    @property
    def speech_languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of the languages speech is understood in."""
        return self._engines.speech.languages

    @property
    def visual_abilities(self) -> VisualAbilities:
        """What words find in pictures, and what not."""
        return self._engines.visual.abilities

    @property
    def sentence_space(self) -> Space:
        """The space of spoken and written lines."""
        return self._engines.sentences.space

    @property
    def meaning_space(self) -> Space:
        """The space words and pictures share."""
        return self._engines.visual.meaning_space

    @property
    def appearance_space(self) -> Space:
        """The space pictures share with pictures."""
        return self._engines.visual.appearance_space

    @property
    def sentence_calibration(self) -> Calibration:
        """For the cosine of a query and a line."""
        return self._engines.sentences.calibration

    @property
    def meaning_calibration(self) -> Calibration:
        """For the cosine of words and the best view of a picture."""
        return self._engines.visual.meaning_calibration

    @property
    def appearance_calibration(self) -> Calibration:
        """For the cosine of two pictures."""
        return self._engines.visual.appearance_calibration


def _joined(results: Iterable[Vectors], *, dimensions: int) -> Vectors:
    return np.concatenate([np.empty((0, dimensions), dtype=np.float32), *results])


def _ignore(_done: int) -> None:
    """Nobody waits for the progress of one picture."""
