"""The product with engines that need no weights."""

from kinodex.domain.timeline import Box, ScreenText, Span, Utterance
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeScreenText, FakeSentences, FakeSpeech, FakeVisual
from kinodex.settings import Settings

SAID = (
    Utterance(Span(0.5, 2.5), "the quick brown fox jumps over the lazy dog"),
    Utterance(Span(6.0, 8.0), "pack my box with five dozen liquor jugs"),
)
WRITTEN = (ScreenText(Span(3.0, 6.0), "Platform nine", Box(0.1, 0.8, 0.4, 0.1), 0.99),)


def quick_executor(_settings: Settings | None = None) -> Executor:
    """Return an executor whose engines hear ``SAID``, read ``WRITTEN`` and know colours."""
    return Executor(quick_engines(), anew=quick_engines)


def quick_engines() -> EngineSet:
    """Return engines that hear ``SAID``, read ``WRITTEN`` and know colours."""
    return EngineSet(
        sentences=FakeSentences(),
        visual=FakeVisual(),
        speech=FakeSpeech(SAID),
        screen_text=FakeScreenText(WRITTEN),
    )
