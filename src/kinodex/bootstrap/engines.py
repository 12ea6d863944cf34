"""The engines of a process, and what keeps this machine from working fully."""

import threading
from collections.abc import Sequence

import structlog

from kinodex.domain.errors import KinodexError
from kinodex.engines.conse import ConseVisual
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.minilm_onnx import MiniLmSentences
from kinodex.engines.moonshine import MoonshineSpeech
from kinodex.engines.rapidocr_reader import RapidOcrReader
from kinodex.media.pyav import sandbox_state
from kinodex.settings import Settings

log = structlog.get_logger(__name__)


def build_executor(settings: Settings) -> Executor:
    """Return the engines of the offline profile; weights are loaded later."""
    return Executor(_engines(settings), anew=lambda: _engines(settings))


def _engines(settings: Settings) -> EngineSet:
    models, threads = settings.effective_models_dir, settings.engine_threads
    sentences = MiniLmSentences(models, threads=threads)
    return EngineSet(
        sentences=sentences,
        visual=ConseVisual(models, sentences=sentences, threads=threads),
        speech=MoonshineSpeech(models, threads=threads),
        screen_text=RapidOcrReader(models, threads=threads),
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
