"""The whole generated set, in a folder."""

from collections.abc import Iterator
from pathlib import Path

from kinodex.evaluation.generated.asking import pictures_of, queries_of
from kinodex.evaluation.generated.film import write_film
from kinodex.evaluation.generated.plan import VIDEOS, by_video, plan
from kinodex.evaluation.judged import write_queries

SEED = 1
QUERIES_FILE = "queries.jsonl"
VIDEOS_FOLDER = "videos"

FILMS = VIDEOS
"""How many videos there are."""


def make_set(folder: Path, *, seed: int = SEED, films: int = VIDEOS) -> Iterator[Path]:
    """
    Write queries, pictures and videos; yield each video when it is there.

    Args:
        folder: Made if it is not there.
        seed: The same seed and libraries give the same bytes.
        films: Only the first so many videos, for a glance; the queries are always those of all.
    """
    (folder / VIDEOS_FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / "pictures").mkdir(exist_ok=True)
    shots = plan(seed)
    write_queries(list(queries_of(shots)), folder / QUERIES_FILE)
    for name, jpeg in pictures_of(shots):
        (folder / name).write_bytes(jpeg)
    for each in list(by_video(shots))[:films]:
        target = folder / VIDEOS_FOLDER / each[0].filename
        write_film(each, target)
        yield target
