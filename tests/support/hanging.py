"""
A worker whose speech engine hangs for good while a file is there: ``hanging.py FILE worker …``.

The file is removed as it begins to hang, so that it does so once. The engines are the quick fakes; the rest
is the product.
"""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fakes import SAID, quick_engines

from kinodex.bootstrap import engines
from kinodex.cli import main
from kinodex.domain.timeline import Utterance
from kinodex.engines.executor import EngineSet, Executor
from kinodex.engines.fake import FakeSpeech
from kinodex.engines.protocols import ReadSound
from kinodex.settings import Settings
from kinodex.usecases import deadlines


class Hanging(FakeSpeech):
    """Hears nothing for ever, once."""

    def __init__(self, file: Path) -> None:
        super().__init__(SAID)
        self._file = file

    def transcribe(self, read: ReadSound, duration_s: float) -> Iterator[Utterance]:
        """Hang if it is time to."""
        if self._file.exists():
            self._file.unlink()
            threading.Event().wait()
        yield from super().transcribe(read, duration_s)


if __name__ == "__main__":
    hold = Path(sys.argv.pop(1))

    def build(_settings: Settings | None = None) -> Executor:
        """Return engines of which one hangs."""
        return Executor(made(), anew=made)

    def made() -> EngineSet:
        """Return the same once more."""
        return replace(quick_engines(), speech=Hanging(hold))

    engines.build_executor = build
    deadlines.Patience.__init__.__kwdefaults__["grace_s"] = 0.5
    main()
