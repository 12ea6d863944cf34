"""The engines of a process, and what keeps this machine from working fully."""

import threading
from collections.abc import Sequence

import structlog

from kinodex.domain.errors import KinodexError
from kinodex.engines.conse import NAME as OFFLINE_VISUAL
from kinodex.engines.conse import ConseVisual
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.installing.catalogue import entries as known_models
from kinodex.engines.installing.folder import InstalledModels
from kinodex.engines.minilm_onnx import MiniLmSentences
from kinodex.engines.moonshine import MoonshineSpeech
from kinodex.engines.protocols import VisualEmbedder
from kinodex.engines.rapidocr_reader import RapidOcrReader
from kinodex.engines.weights import verify
from kinodex.media.pyav import sandbox_state
from kinodex.settings import Settings

log = structlog.get_logger(__name__)


def build_executor(settings: Settings) -> Executor:
    """
    Return the engines the settings name; weights are loaded later.

    Raises:
        ModelUnknown: The visual model is not on this machine.
        EngineNotReady: Its files are not whole.
    """
    return Executor(_engines(settings), anew=lambda: _engines(settings))


def _engines(settings: Settings) -> EngineSet:
    models, threads = settings.effective_models_dir, settings.engine_threads
    sentences = MiniLmSentences(models, threads=threads)
    return EngineSet(
        sentences=sentences,
        visual=_visual(settings, sentences),
        speech=MoonshineSpeech(models, threads=threads),
        screen_text=RapidOcrReader(models, threads=threads),
    )


def profile(settings: Settings) -> str:
    """Return ``offline`` for the models that come with the installation, ``open`` with another among them."""
    return "offline" if settings.visual_model == OFFLINE_VISUAL else "open"


def _visual(settings: Settings, sentences: MiniLmSentences) -> VisualEmbedder:
    name, threads = settings.visual_model, settings.engine_threads
    if name == OFFLINE_VISUAL:
        return ConseVisual(settings.effective_models_dir, sentences=sentences, threads=threads)
    languages = next((model.languages for model in known_models() if model.name == name), ())
    return installed_models(settings).encoder(name, languages=languages)


def installed_models(settings: Settings) -> InstalledModels:
    """Return the models that were brought by name."""
    return InstalledModels(settings.effective_models_dir / "brought", threads=settings.engine_threads)


def verify_offline_profile(settings: Settings) -> tuple[str, ...]:
    """
    Read every file of the offline profile and compare it with its digest.

    Returns:
        One sentence for every file that is not what it was; empty when all is well.
    """
    return tuple(
        f"{name} is missing or not the file installed" for name in verify(settings.effective_models_dir)
    )


def degraded() -> Sequence[str]:
    """Return what does not work fully on this machine and why, one sentence each."""
    return sandbox_state().missing


def warm_up(executor: Executor) -> None:
    """Load weights beside serving: ``/readyz`` says when they are there."""
    threading.Thread(target=_load, args=(executor,), name="warm-up", daemon=True).start()


def _load(executor: Executor) -> None:
    # Trying the sandbox takes a process of its own, for which no request should wait.
    for note in degraded():
        log.warning("degraded", what=note)
    try:
        executor.warm_up()
    except KinodexError as error:
        log.warning("engine not ready", reason=error.message)
