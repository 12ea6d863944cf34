"""
How fast the page is: the first picture of it, and from Enter to the moments.

    python benchmarks/page.py [--videos N] [--rounds N] [--json]

Starts a server in a folder of its own, indexes the sample clip once, and gives its bytes N times under other
names, which costs no engine time. Then a headless Chromium opens the page and searches, each round in a fresh
profile; printed are medians in milliseconds, and the compressed bytes of the first load.
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, sync_playwright

from kinodex import sample
from kinodex.http.page_files import page_files

KEY = "benchmark-key-0123456789"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
QUERIES = ("festival of the sky", "what goes into a good loaf", "a clock on the wall")
LONGEST_S = 600


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Run a server; yield its address."""
    environment = {**os.environ, "KINODEX_API_KEY": KEY, "KINODEX_DATA_DIR": str(folder)}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kinodex", "serve", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            said = process.stdout.readline() if process.stdout else ""
            url = said.split()[-1]
            while not requests.get(f"{url}/readyz", timeout=10).ok:
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=60)


def fill(url: str, videos: int) -> str:
    """Make an index with so many videos; return its id."""
    headers, content = {"x-api-key": KEY}, sample.path().read_bytes()
    models = [{"model_name": "marengo3.0", "model_options": ["visual", "audio"]}]
    made = requests.post(
        f"{url}/v1.3/indexes", headers=headers, json={"index_name": "bench", "models": models}, timeout=60
    )
    index_id = str(made.json()["_id"])
    for number in range(videos):
        requests.post(
            f"{url}/v1.3/tasks",
            headers=headers,
            data={"index_id": index_id},
            files={"video_file": (f"clip {number:03}.mp4", content, "video/mp4")},
            timeout=60,
        ).raise_for_status()
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        index = requests.get(f"{url}/v1.3/indexes/{index_id}", headers=headers, timeout=60).json()
        if index["video_count"] == videos:
            return index_id
        time.sleep(0.5)
    raise TimeoutError(f"{index['video_count']} of {videos} videos after {LONGEST_S} s")


def look(browser: Browser, url: str, index_id: str) -> dict[str, float]:
    """Return milliseconds of one visit."""
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    page = context.new_page()
    page.goto(url)
    page.get_by_label("API key").fill(KEY)
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="Screens").wait_for()
    page.goto(f"{url}/#/search?index={index_id}")
    page.reload()
    page.locator("#query").wait_for()
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    measured = {"first contentful paint": float(page.evaluate(paint))}
    for number, text in enumerate(QUERIES):
        page.locator("#query").fill(text)
        began = time.perf_counter()
        page.keyboard.press("Enter")
        page.get_by_role("article").first.wait_for()
        page.wait_for_function("text => document.title.includes(text)", arg=text)
        page.wait_for_function("() => !document.querySelector('.results.waiting')")
        measured[f"search to results, {number + 1}"] = (time.perf_counter() - began) * 1000
    context.close()
    return measured


def first_load_bytes() -> int:
    """Return the compressed bytes of all files that a first visit loads."""
    files = page_files()
    entry = files["index.html"].content.decode()
    names = ["index.html", *(name for name in files if name in entry)]
    return sum(len(gzip.compress(files[name].content, 9)) for name in names)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--videos", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    chromium = next(path for name in ("chromium", "google-chrome") if (path := shutil.which(name)))
    with tempfile.TemporaryDirectory(prefix="kinodex-benchmark-") as folder, server(Path(folder)) as url:
        index_id = fill(url, wanted.videos)
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
            rounds = [look(browser, url, index_id) for _ in range(wanted.rounds)]
            browser.close()
    medians = {name: round(statistics.median(each[name] for each in rounds)) for name in rounds[0]}
    report: dict[str, Any] = {
        "videos": wanted.videos,
        "milliseconds": medians,
        "first load, bytes compressed": first_load_bytes(),
    }
    if wanted.json:
        print(json.dumps(report, indent=2))
        return
    for name, value in medians.items():
        print(f"{name:26} {value:6} ms")
    print(f"{'first load, compressed':26} {report['first load, bytes compressed']:6} bytes")


if __name__ == "__main__":
    _main()
