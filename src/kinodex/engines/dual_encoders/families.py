"""The kinds of dual encoders we can run, and what is true of every model of a kind."""

from dataclasses import dataclass

from kinodex.domain.errors import EngineNotReady
from kinodex.domain.spaces import Calibration


@dataclass(frozen=True, slots=True)
class Family:
    """
    A kind of model.

    Attributes:
        name: ``model_type`` in its ``config.json``.
        longest_tokens: Of a text, where the checkpoint does not say.
        pads_to_longest: Whether every text is padded to that length, as it was in training.
        has_mask: Whether padding is masked out; else the network was trained to see it.
        is_lower: Whether texts were lower case in training.
        has_punctuation: Whether texts had punctuation in training.
        templates: Captions a description is put into.
        words: Assumed calibration for words and pictures.
        pictures: Assumed calibration for pictures and pictures.
    """

    name: str
    longest_tokens: int
    pads_to_longest: bool
    has_mask: bool
    is_lower: bool
    has_punctuation: bool
    templates: tuple[str, ...]
    words: Calibration
    pictures: Calibration


_COPIES = Calibration(slope=30.0, offset=-25.5)
"""Even odds at a cosine of .85: changed copies of a picture lie above it in every model of these kinds."""

_CLIP = Family(
    "clip",
    longest_tokens=77,
    pads_to_longest=False,
    has_mask=True,
    is_lower=False,  # its tokenizer does that
    has_punctuation=True,
    templates=("{}", "a photo of {}"),  # Radford et al. 2021, section 3.1.4
    # Matching pairs of these models lie around .3, others below .2: even odds at .25.
    words=Calibration(slope=60.0, offset=-15.0),
    pictures=_COPIES,
)
_SIGLIP = Family(
    "siglip",
    longest_tokens=64,
    pads_to_longest=True,
    has_mask=False,
    is_lower=True,
    has_punctuation=False,  # big_vision's text preprocessing for these checkpoints takes it away
    templates=("{}", "this is a photo of {}"),
    # Trained with sigmoids (Zhai et al. 2023): matching pairs around .12, others around 0.
    words=Calibration(slope=60.0, offset=-4.8),
    pictures=_COPIES,
)


def _like(family: Family, name: str) -> Family:
    return Family(name, *(getattr(family, each) for each in Family.__slots__ if each != "name"))


FAMILIES = {
    family.name: family
    for family in (
        _CLIP,
        _SIGLIP,
        _like(_SIGLIP, "siglip2"),
        _like(_CLIP, "metaclip_2"),
        _like(_CLIP, "mobileclip"),
        _like(_CLIP, "pe_core"),
    )
}


def family_of(model_type: str, *, name: str) -> Family:
    """
    Return the family of a ``model_type``.

    Raises:
        EngineNotReady: We cannot run it.
    """
    if model_type not in FAMILIES:
        raise EngineNotReady(
            name, f"its config.json says model_type {model_type!r}; {', '.join(FAMILIES)} can be run"
        )
    return FAMILIES[model_type]
