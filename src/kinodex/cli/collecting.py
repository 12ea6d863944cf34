"""What ``kinodex index add`` was given, one video at a time: URLs, files, folders, patterns, lists."""

import glob
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from kinodex.cli.failures import CommandFailed, Status

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".mpeg", ".flv", ".wmv", ".ogv", ".3gp"}
)
LIST_SUFFIXES = frozenset({".txt", ".urls"})
STDIN = "-"


def is_url(source: str) -> bool:
    """Return whether a source is an address and not a place on this machine."""
    return "://" in source


def collect(sources: Sequence[str]) -> list[str]:
    """
    Return every URL and every file meant, each once, in the order given; those of a folder by name.

    A text file (``.txt``, ``.urls``, or ``-`` for stdin) holds a URL or a path a line, paths as seen from
    where it lies; empty lines and those that begin with ``#`` say nothing.

    Raises:
        CommandFailed: A source means no video.
    """
    return list(dict.fromkeys(each for source in sources for each in _expanded(source, Path())))


def _expanded(source: str, base: Path) -> Iterator[str]:
    path = base / source
    if is_url(source):
        yield source
    elif source == STDIN:
        yield from _listed(sys.stdin.read().splitlines(), base)
    elif path.is_dir():
        yield from _at_least_one(sorted(_videos_in(path)), f"There is no video in {path}.")
    elif path.suffix.lower() in LIST_SUFFIXES and path.is_file():
        yield from _listed(_lines(path), path.parent)
    elif path.is_file():
        yield str(path)
    elif glob.has_magic(source):
        # Path.glob knows neither absolute patterns nor a folder before the pattern.
        found = glob.glob(str(path), recursive=True)  # noqa: PTH207
        files = sorted(place for place in found if Path(place).is_file())
        yield from _at_least_one(files, f"No file fits {path}.")
    else:
        raise CommandFailed(Status.USAGE, f"There is no file {path}.")


def _listed(lines: Sequence[str], base: Path) -> Iterator[str]:
    for line in lines:
        wanted = line.strip()
        if wanted and not wanted.startswith("#"):
            yield from _expanded(wanted, base)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise CommandFailed(Status.USAGE, f"{path} is no UTF-8 text.") from error


def _videos_in(folder: Path) -> Iterator[str]:
    return (
        str(path) for path in folder.rglob("*") if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file()
    )


def _at_least_one(found: Sequence[str], otherwise: str) -> Sequence[str]:
    if not found:
        raise CommandFailed(Status.USAGE, otherwise)
    return found
