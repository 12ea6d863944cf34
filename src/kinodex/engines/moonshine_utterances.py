"""A recognised passage as sentences with times: the recogniser gives none, the voice and the letters do."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from kinodex.domain.timeline import Span, Utterance, Word
from kinodex.engines.moonshine_passages import Passage
from kinodex.engines.silero import WINDOW_S
from kinodex.engines.silero_stretches import Probabilities, Stretch

_SPOKEN = 0.5
_PAUSE_WEIGHT = 0.02  # little, so that time always moves on
_PAUSE = round(0.2 / WINDOW_S)  # windows; a stop inside a word is shorter
_NEAR = round(1.0 / WINDOW_S)  # windows by which an estimate may be off

# A full stop after these ends no sentence.
_ABBREVIATIONS = frozenset(
    ["mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "sr.", "jr.", "vs.", "e.g.", "i.e.", "gen.", "col.", "mt."]
)
_INITIAL = re.compile(r"^[A-Z]\.$")
_CLOSING = "\"'\u201d\u2019)"


def split_sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence; words keep their punctuation, nothing is lost."""
    sentences: list[list[str]] = [[]]
    for word in text.split():
        sentences[-1].append(word)
        if _ends_sentence(word):
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _ends_sentence(word: str) -> bool:
    is_abbreviated = word.lower() in _ABBREVIATIONS or _INITIAL.match(word) is not None
    return word.rstrip(_CLOSING).endswith((".", "?", "!")) and not is_abbreviated


def time_utterances(passage: Passage, text: str) -> Iterator[Utterance]:
    """
    Yield the sentences of a passage.

    Where the text pauses (a comma, a full stop) and the voice does so at about that time, the two are
    taken for the same. In between, a word begins where its first letter falls when all letters share the
    spoken time evenly. Times lie inside the passage, never run backwards, and are rounded to 1 ms.
    """
    sentences = split_sentences(text)
    words = [word for sentence in sentences for word in sentence]
    whole = Stretch(0, len(passage.probabilities))
    spans = iter(_to_spans(passage, _time_words(words, whole, probabilities=passage.probabilities)))
    for sentence in sentences:
        timed = tuple(Word(word, next(spans)) for word in sentence)
        yield Utterance(Span(timed[0].span.start_s, timed[-1].span.end_s), " ".join(sentence), timed)


def _to_spans(passage: Passage, times: Sequence[tuple[float, float]]) -> list[Span]:
    return [
        Span(round(passage.start_s + start * WINDOW_S, 3), round(passage.start_s + end * WINDOW_S, 3))
        for start, end in times
    ]


def _time_words(
    words: Sequence[str], within: Stretch, *, probabilities: Probabilities
) -> list[tuple[float, float]]:
    """Return where each word begins and ends, in windows."""
    times = _share_out(words, within, probabilities=probabilities)
    phrase_ends = [place for place, word in enumerate(words[:-1], 1) if not word[-1].isalnum()]
    if not phrase_ends:
        return times
    for pause in _pauses(within, probabilities):
        middle = (pause.start + pause.end) / 2
        place = min(phrase_ends, key=lambda end: abs(times[end][0] - middle))
        if abs(times[place][0] - middle) <= _NEAR:
            before, after = Stretch(within.start, pause.start), Stretch(pause.end, within.end)
            return [
                *_time_words(words[:place], before, probabilities=probabilities),
                *_time_words(words[place:], after, probabilities=probabilities),
            ]
    return times


def _share_out(
    words: Sequence[str], within: Stretch, *, probabilities: Probabilities
) -> list[tuple[float, float]]:
    """Return the words' times when each letter, and each space, takes the same spoken time."""
    letters = np.cumsum([0, *(len(word) + 1 for word in words)], dtype=np.float64)
    spoken = probabilities[within.start : within.end] >= _SPOKEN
    passed = np.cumsum([0.0, *np.where(spoken, 1.0, _PAUSE_WEIGHT)])
    bounds = np.interp(letters / letters[-1] * passed[-1], passed, np.arange(len(passed))) + within.start
    return list(zip(bounds.tolist(), bounds[1:].tolist(), strict=False))


def _pauses(within: Stretch, probabilities: Probabilities) -> list[Stretch]:
    """Return the silences with speech on both sides, the longest first."""
    spoken = np.flatnonzero(probabilities[within.start : within.end] >= _SPOKEN) + within.start
    gaps = np.flatnonzero(np.diff(spoken) > _PAUSE)
    pauses = [Stretch(int(spoken[gap]) + 1, int(spoken[gap + 1])) for gap in gaps]
    return sorted(pauses, key=lambda pause: pause.start - pause.end)
