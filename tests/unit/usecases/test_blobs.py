"""Every place the product writes bytes to is known to what compares bytes with records."""

import inspect
import re
from pathlib import Path

import kinodex
from kinodex.usecases import blobs

SOURCES = Path(kinodex.__file__).parent
BUILT = re.compile(r"""f["'](\w+/)\{""")
"""A key that is put together on the spot, such as ``f"videos/{video_id}/…"``."""

NO_KEYS = {"image/"}
"""The type of a file looks like a key."""


def test_every_key_lies_below_a_known_prefix() -> None:
    makers = [
        function
        for name, function in inspect.getmembers(blobs, inspect.isfunction)
        if name.endswith(("_key", "_prefix")) and name != "owner_prefix"
    ]
    assert len(makers) >= 15
    keys = [maker(*("1" * 24 for _ in inspect.signature(maker).parameters)) for maker in makers]
    assert [key for key in keys if not key.startswith(blobs.PREFIXES)] == []


def test_no_key_is_put_together_below_another_prefix() -> None:
    found = {
        (prefix, file.name)
        for layer in ("usecases", "stores", "pipeline", "worker")
        for file in (SOURCES / layer).rglob("*.py")
        for prefix in BUILT.findall(file.read_text())
    }
    assert ("videos/", "segments.py") in found, "the pattern finds what it is for"
    assert {prefix for prefix, _ in found} - NO_KEYS <= set(blobs.PREFIXES), found


def test_what_comes_and_goes_together_has_one_prefix() -> None:
    assert blobs.owner_prefix("videos/1/vectors/speech-2.vec") == "videos/1/"
    assert blobs.owner_prefix("uploads/1/2/tag") == "uploads/1/"
    assert blobs.owner_prefix("embeddings/1/vectors.msgpack") == "embeddings/1/"
    assert blobs.owner_prefix("embeddings/1/source/file") == "embeddings/1/source/"
