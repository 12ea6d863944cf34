"""Which models can be brought by name, and what their makers say of them."""

from functools import cache
from importlib.resources import files

import msgspec

from kinodex.domain.errors import ModelUnknown

FILE = "catalogue.toml"


class Benchmark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published figure: what was measured, the value, and where it is published."""

    name: str
    value: float
    source: str


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    A model.

    Attributes:
        name: What it is called here.
        role: What it does: ``visual``.
        repository: Its name on the hub.
        patterns: Which files of it are taken.
        precision: ``fp32``, ``fp16`` or ``int8``.
        licence: SPDX identifier of the weights.
        languages: ISO 639-1 codes it understands, or ``many``.
        size_mb: Megabytes that are taken, about.
        side_px: Side of the pictures it looks at.
        dimensions: Length of its vectors.
        use: One sentence: what it is good for.
        benchmarks: Published figures.
        revision: Branch, tag or commit on the hub.
    """

    name: str
    role: str
    repository: str
    patterns: tuple[str, ...]
    precision: str
    licence: str
    languages: tuple[str, ...]
    size_mb: int
    side_px: int
    dimensions: int
    use: str
    benchmarks: tuple[Benchmark, ...] = ()
    revision: str = "main"


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    model: tuple[Entry, ...]


@cache
def entries() -> tuple[Entry, ...]:
    """Return all of them, in the order of the file beside this module."""
    text = (files(__package__) / FILE).read_bytes()
    return msgspec.toml.decode(text, type=_Catalogue).model


def entry(name: str) -> Entry:
    """
    Return one by its name.

    Raises:
        ModelUnknown: There is none.
    """
    for each in entries():
        if each.name == name:
            return each
    raise ModelUnknown(name, tuple(each.name for each in entries()))
