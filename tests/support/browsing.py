"""A real Chromium that drives the page, and what it must never do while it does."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from live import KEY
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1360, "height": 860}
WEB = Path(__file__).parents[2] / "web"
_INSTALL_S = 300
_SMALL = (64, 36)
MOST_LOOKS = 80
"""A quarter of a second each."""

visits: list["Visit"] = []
"""Those that are open."""


def whereabouts() -> str:
    """Return where the open visits are and what their consoles said last, without asking the browser."""
    return (
        "; ".join(f"at {each.page.url}, console: {each.said[-20:]}" for each in visits) or "No page was open."
    )


class Chromium:
    """The system's Chromium: started when it is asked for, and again after it was ended."""

    def __init__(self, driver: Playwright, path: str) -> None:
        self._driver = driver
        self._path = path
        self._browser: Browser | None = None

    def running(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._driver.chromium.launch(executable_path=self._path, args=list(QUIET))
        return self._browser

    def close(self) -> None:
        if self._browser is not None and self._browser.is_connected():
            self._browser.close()


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Yield the system's Chromium; skip where there is none."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium is installed here (Debian: apt-get install chromium)")
    with sync_playwright() as driver:
        found = Chromium(driver, path)
        try:
            yield found
        finally:
            found.close()


@dataclass
class Visit:
    """
    A visit to the page of a server, in a profile of its own.

    ``wrong`` gathers what must not happen: errors of scripts, refusals of the policy, requests that leave
    the server.
    """

    url: str
    context: BrowserContext
    page: Page
    wrong: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(self, fragment: str = "") -> None:
        self.page.goto(f"{self.url}/{fragment}")

    def sign_in(self) -> None:
        """Sign in as a person does."""
        self.open()
        self.page.get_by_label("API key").fill(KEY)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("navigation", name="Screens").wait_for()

    def search(self, index_id: str, text: str, *, within: str = "") -> None:
        self.open(f"#/search?index={index_id}&in={within}")
        self.page.locator("#query").fill(text)
        self.page.locator("#query").press("Enter")
        self.page.locator(".moment").first.wait_for()

    def wait_for_frame(self) -> float:
        """Wait until the player shows a picture and rests; return its time in seconds."""
        self.page.wait_for_function(
            "() => { const v = document.querySelector('video');"
            " return v && v.readyState >= 2 && !v.seeking && v.currentTime > 0 }"
        )
        # What is decoded is painted a moment later.
        before = self.picture()
        for _ in range(MOST_LOOKS):
            if not self._is_moving(before):
                break
            before = self.picture()
        else:
            state = "(v => [v.paused, v.currentTime, v.currentSrc])(document.querySelector('video'))"
            raise AssertionError(f"the picture does not come to rest: {self.page.evaluate(state)}")
        return float(self.page.evaluate("document.querySelector('video').currentTime"))

    def _is_moving(self, before: NDArray[np.float64]) -> bool:
        self.page.wait_for_timeout(250)
        return not np.array_equal(before, self.picture())

    def picture(self) -> NDArray[np.float64]:
        """Return the frame in sight, read back from a canvas, small."""
        pixels = self.page.evaluate(
            """([width, height]) => {
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [width, height];
                const pen = canvas.getContext('2d');
                pen.drawImage(document.querySelector('video'), 0, 0, width, height);
                return [...pen.getImageData(0, 0, width, height).data];
            }""",
            list(_SMALL),
        )
        return np.array(pixels, dtype=np.float64).reshape(_SMALL[1], _SMALL[0], 4)[:, :, :3]


@contextmanager
def visit(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """Open a fresh profile; at the end nothing may have gone wrong."""
    context = browser.new_context(viewport=DESKTOP, **options)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    visiting = Visit(url, context, context.new_page())
    page, wrong = visiting.page, visiting.wrong

    def asked(request: Any) -> None:
        if not request.url.startswith((f"{url}/", "blob:", "data:")):
            wrong.append(f"left the server: {request.url}")

    context.on("request", asked)
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("console", lambda said: visiting.said.append(f"{said.type}: {said.text}"))
    page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: wrong.append(f"console: {said.text}") if _is_bad(said) else None)
    visits.append(visiting)
    try:
        yield visiting
        assert wrong == []
    finally:
        visits.remove(visiting)
        if browser.is_connected():
            context.close()


def _is_bad(said: Any) -> bool:
    # That a server refused something is part of some tests; the page tells people so itself.
    return said.type == "error" and not said.text.startswith("Failed to load resource")


def frame_at(path: Path, at_s: float) -> NDArray[np.float64]:
    """Return the frame of a file that is shown at a time, as small as ``Visit.picture``."""
    return np.asarray(_shown_at(path, at_s).resize(_SMALL, Image.Resampling.BILINEAR), dtype=np.float64)


def jpeg_at(path: Path, at_s: float) -> bytes:
    """Return the frame of a file that is shown at a time as a JPEG."""
    content = io.BytesIO()
    _shown_at(path, at_s).save(content, "JPEG", quality=90)
    return content.getvalue()


def _shown_at(path: Path, at_s: float) -> Image.Image:
    shown = None
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time > at_s + 1e-6:
                break
            shown = frame
    assert shown is not None
    return shown.to_image()


def axe() -> str:
    """Return the script of axe-core, as locked for the page; install it where npm can."""
    script = WEB / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists() and shutil.which("npm"):
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=WEB,
            check=False,
            capture_output=True,
            timeout=_INSTALL_S,
        )
    if not script.exists():
        pytest.skip("axe-core is not installed: run 'npm ci' in web/")
    return script.read_text()
