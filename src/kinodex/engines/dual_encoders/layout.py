"""A folder with one checkpoint in the layout of the hubs: what must be in it, and what it says of itself."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from kinodex.domain.errors import EngineNotReady
from kinodex.domain.spaces import Calibration
from kinodex.engines.dual_encoders.families import Family, family_of
from kinodex.engines.dual_encoders.pixels import PixelRules, pixel_rules
from kinodex.engines.dual_encoders.texts import TextRules, text_rules

CONFIG, PREPROCESSOR, TOKENIZER = "config.json", "preprocessor_config.json", "tokenizer.json"
TOKENIZER_CONFIG = "tokenizer_config.json"
NOTES = "kinodex.json"
"""What we know of a checkpoint beyond what its makers wrote: calibrations and caption templates."""

PRECISIONS = {"fp32": ("",), "fp16": ("_fp16",), "int8": ("_int8", "_quantized")}
"""Precision to the endings of the graph files, the first that exists counts."""

_NEEDED = (CONFIG, PREPROCESSOR, TOKENIZER)
_DESCRIBING = (*_NEEDED, TOKENIZER_CONFIG, NOTES)


class Line(msgspec.Struct, frozen=True):
    """A calibration as written down."""

    slope: float
    offset: float


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``kinodex.json``; what is absent comes from the family."""

    words: Line | None = None
    pictures: Line | None = None
    templates: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """
    A checkpoint that is whole.

    Attributes:
        name: What it is called here.
        picture_graph: The network for pictures.
        text_graph: The network for words.
        tokenizer: The table of its tokenizer.
        pixels: How a picture is brought into shape.
        texts: How words are.
        templates: Captions a description is put into, ``{}`` standing for it; the mean of all is used.
        words: Calibration for the cosine of words and a picture.
        pictures: Calibration for the cosine of two pictures.
        is_calibrated: Whether the calibrations were fitted to this checkpoint, not assumed of its family.
    """

    name: str
    picture_graph: Path
    text_graph: Path
    tokenizer: Path
    pixels: PixelRules
    texts: TextRules
    templates: tuple[str, ...]
    words: Calibration
    pictures: Calibration
    is_calibrated: bool

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file whose content moves a vector."""
        graphs = (self.picture_graph, self.text_graph)
        beside = tuple(path for graph in graphs for path in sorted(graph.parent.glob(f"{graph.name}_data*")))
        described = (self.tokenizer.parent / name for name in _DESCRIBING)
        return (*graphs, *beside, *(path for path in described if path.is_file()))

    def build(self, digests: dict[str, str]) -> str:
        """
        Return what identifies the space of its vectors, 16 hex digits.

        Args:
            digests: SHA-256 of each of ``files``, by path inside the folder.
        """
        folder = self.tokenizer.parent
        names = (path.relative_to(folder).as_posix() for path in self.files)
        lines = [f"{name} {digests[name]}" for name in names if name != NOTES]
        lines += [repr(self.pixels), repr(self.texts), repr(self.templates)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def read_layout(folder: Path, *, name: str, precision: str = "fp32") -> Layout:
    """
    Read what a folder says of its checkpoint.

    Args:
        folder: Where it lies.
        name: What it is called here.
        precision: Which graphs: ``fp32``, ``fp16`` or ``int8``.

    Raises:
        EngineNotReady: A file is missing or unreadable, or the kind of model is not one we can run; the
            message says which.
    """
    missing = [part for part in _NEEDED if not (folder / part).is_file()]
    if missing:
        raise EngineNotReady(name, f"{folder} has no {' and no '.join(missing)}")
    config = _read(folder / CONFIG, dict, name=name)
    family = family_of(str(config.get("model_type")), name=name)
    notes = _read(folder / NOTES, Notes, name=name) if (folder / NOTES).is_file() else Notes()
    tokens = folder / TOKENIZER_CONFIG
    return Layout(
        name=name,
        picture_graph=_graph(folder, "vision_model", precision, name=name),
        text_graph=_graph(folder, "text_model", precision, name=name),
        tokenizer=folder / TOKENIZER,
        pixels=pixel_rules(_read(folder / PREPROCESSOR, dict, name=name), name=name),
        texts=text_rules(family, config, _read(tokens, dict, name=name) if tokens.is_file() else {}),
        templates=_templates(notes, family, name=name),
        words=_line(notes.words, family.words),
        pictures=_line(notes.pictures, family.pictures),
        is_calibrated=notes.words is not None and notes.pictures is not None,
    )


def _read(path: Path, kind: Any, *, name: str) -> Any:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise EngineNotReady(name, f"{path.name} cannot be read: {error}") from error


def _graph(folder: Path, stem: str, precision: str, *, name: str) -> Path:
    looked_for = [f"onnx/{stem}{ending}.onnx" for ending in PRECISIONS[precision]]
    for relative in looked_for:
        if (folder / relative).is_file():
            return folder / relative
    raise EngineNotReady(name, f"{folder} has no {' or '.join(looked_for)}")


def _templates(notes: Notes, family: Family, *, name: str) -> tuple[str, ...]:
    templates = family.templates if notes.templates is None else notes.templates
    if not templates or any(template.count("{}") != 1 for template in templates):
        raise EngineNotReady(name, f"a template in {NOTES} has no place for the description, or two")
    return templates


def _line(noted: Line | None, assumed: Calibration) -> Calibration:
    return assumed if noted is None else Calibration(noted.slope, noted.offset)
