"""Text in the picture, read by PP-OCRv6-small on any processor (https://github.com/RapidAI/RapidOCR)."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from kinodex.domain.timeline import ScreenText
from kinodex.engines.protocols import TimedFrame
from kinodex.engines.rapidocr_models import PpOcr, Reading
from kinodex.engines.screen_text_page import Page, read_page
from kinodex.engines.screen_text_tracking import SeenLine, Track, follow

# On films without text the networks see one or two characters in leaves and reflections, at up to .83;
# true lines, even of 12 px, mostly have more than .9.
_LEAST_CONFIDENCE = 0.6
_LEAST_CONFIDENCE_SHORT = 0.9
_SHORT = 2


class RapidOcrReader:
    """A ``ScreenTextReader`` for Chinese, Japanese and Latin script."""

    name = "rapidocr-pp-ocrv6-small"

    def __init__(self, models: Path, *, threads: int) -> None:  # noqa: ARG002  its models come with the package
        """Take what every engine takes; nothing is loaded."""
        self._threads = threads
        self._ocr: PpOcr | None = None

    def warm_up(self) -> None:
        """Load the networks; raises ``EngineNotReady`` if the package lacks them."""
        self._loaded()

    def read(self, frames: Iterable[TimedFrame]) -> Iterator[ScreenText]:
        """Yield lines once they have left the screen; see ``ScreenTextReader``."""
        ocr = self._loaded()
        page: Page | None = None
        tracks: tuple[Track, ...] = ()
        for frame in frames:
            page = read_page(frame.picture, page, ocr=ocr)
            followed = follow(tracks, _lines(page), span=frame.span, shot=frame.shot)
            yield from followed.gone
            tracks = followed.open
        for track in tracks:
            yield track.as_screen_text()

    def _loaded(self) -> PpOcr:
        if self._ocr is None:
            self._ocr = PpOcr(threads=self._threads, engine=self.name)
        return self._ocr


def _lines(page: Page) -> list[SeenLine]:
    """Return the lines of a page that can be trusted."""
    height_px, width_px = page.picture.shape
    return [
        SeenLine(
            line.reading.text,
            line.area.as_box(width_px=width_px, height_px=height_px),
            line.reading.confidence,
        )
        for line in page.lines
        if is_trusted(line.reading)
    ]


def is_trusted(reading: Reading) -> bool:
    """Return whether a reading holds letters or digits and is likely right; short ones must be surer."""
    characters = sum(char.isalnum() for char in reading.text)
    least = _LEAST_CONFIDENCE if characters > _SHORT else _LEAST_CONFIDENCE_SHORT
    return characters > 0 and reading.confidence >= least
