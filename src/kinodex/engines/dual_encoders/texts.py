"""Bring words into the shape a checkpoint was trained on."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from kinodex.domain.arrays import AnyArray
from kinodex.engines.dual_encoders.families import Family

_MARKS = str.maketrans("", "", string.punctuation)
_SENTENCEPIECE_OF_GEMMA = ("GemmaTokenizer", "GemmaTokenizerFast")


@dataclass(frozen=True, slots=True)
class TextRules:
    """
    What is done to a text.

    A SigLIP whose texts are padded otherwise than in training finds next to nothing, without any error:
    so these rules are part of the space.

    Attributes:
        longest_tokens: What follows is cut off.
        pads_to_longest: Pad every text to that length; else to the longest of its batch.
        pad_token: The token padded with; ``None`` if only its number is known.
        pad_id: Its number, where the tokenizer does not know the token.
        is_lower: Make it lower case.
        has_punctuation: Leave punctuation in.
    """

    longest_tokens: int
    pads_to_longest: bool
    pad_token: str | None
    pad_id: int
    is_lower: bool
    has_punctuation: bool


def text_rules(family: Family, config: Mapping[str, Any], tokens: Mapping[str, Any]) -> TextRules:
    """
    Return the rules for a checkpoint.

    Args:
        family: Its family.
        config: Its ``config.json``.
        tokens: Its ``tokenizer_config.json``; empty where there is none.
    """
    texts = config.get("text_config", {})
    # SigLIP 2 says it were a SigLIP; it differs by its tokenizer, and kept punctuation in training.
    is_gemma = tokens.get("tokenizer_class") in _SENTENCEPIECE_OF_GEMMA
    return TextRules(
        longest_tokens=int(texts.get("max_position_embeddings", family.longest_tokens)),
        pads_to_longest=family.pads_to_longest,
        pad_token=_token(tokens.get("pad_token")),
        pad_id=int(texts.get("pad_token_id") or 0),
        is_lower=family.is_lower,
        has_punctuation=family.has_punctuation or is_gemma or family.name == "siglip2",
    )


def cleaned(text: str, rules: TextRules) -> str:
    """Return a text as the texts of the training were."""
    if rules.is_lower:
        text = text.lower()
    if not rules.has_punctuation:
        text = text.translate(_MARKS)
    return " ".join(text.split())


def prepare_tokenizer(tokenizer: Tokenizer, rules: TextRules) -> Tokenizer:
    """Make a tokenizer cut and pad by the rules; return it."""
    tokenizer.enable_truncation(rules.longest_tokens)
    length = rules.longest_tokens if rules.pads_to_longest else None
    known = tokenizer.token_to_id(rules.pad_token) if rules.pad_token is not None else None
    pad_id = rules.pad_id if known is None else known
    tokenizer.enable_padding(pad_id=pad_id, pad_token=tokenizer.id_to_token(pad_id) or "", length=length)
    return tokenizer


def to_tokens(tokenizer: Tokenizer, texts: Sequence[str], rules: TextRules) -> dict[str, AnyArray]:
    """Return texts as a network takes them: ``input_ids`` and ``attention_mask``, ``int64``, shape (n, l)."""
    encoded = tokenizer.encode_batch([cleaned(text, rules) for text in texts])
    return {
        "input_ids": np.array([each.ids for each in encoded], dtype=np.int64),
        "attention_mask": np.array([each.attention_mask for each in encoded], dtype=np.int64),
    }


def _token(given: Any) -> str | None:
    """Return a token as written in a configuration: plainly, or as an object with its content."""
    found = given.get("content") if isinstance(given, Mapping) else given
    return found if isinstance(found, str) else None
