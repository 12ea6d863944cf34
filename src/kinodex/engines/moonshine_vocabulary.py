"""
The token table of Moonshine, ``tokenizer.bin``: 32,768 pieces of text by number.

The file is the pieces end to end, each one byte of length and that many bytes of UTF-8; nothing else.
It is a SentencePiece table with byte fallback: 0-2 are unknown, begin and end, 3-258 the single bytes,
``U+2581`` stands for the space before a word, and 32000 and above are marks that are never text.
"""

from collections.abc import Iterable
from pathlib import Path

from kinodex.domain.errors import EngineNotReady

BEGIN = 1
END = 2

_FIRST_TEXT = 3
_FIRST_MARK = 32_000
_LONGEST_PIECE = 127
_WORD_BOUNDARY = "\N{LOWER ONE EIGHTH BLOCK}"


class Vocabulary:
    """Turns token numbers into text."""

    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        """Take the pieces in the order of their numbers."""
        self._pieces = pieces

    def __len__(self) -> int:
        return len(self._pieces)

    def text(self, tokens: Iterable[int]) -> str:
        """Return the text of some tokens, trimmed, marks left out, broken UTF-8 as ``U+FFFD``."""
        joined = b"".join(self._pieces[token] for token in tokens if _FIRST_TEXT <= token < _FIRST_MARK)
        return " ".join(joined.decode(errors="replace").replace(_WORD_BOUNDARY, " ").split())


def parse_pieces(content: bytes) -> tuple[bytes, ...]:
    """
    Return the pieces of a token table in order.

    Raises:
        ValueError: If a length is above 127 or points past the end.
    """
    pieces = []
    place = 0
    while place < len(content):
        length = content[place]
        end = place + 1 + length
        if length > _LONGEST_PIECE or end > len(content):
            raise ValueError(f"no piece of text at byte {place}")
        pieces.append(content[place + 1 : end])
        place = end
    return tuple(pieces)


def read_vocabulary(path: Path, *, engine: str) -> Vocabulary:
    """
    Return the vocabulary in a file.

    Raises:
        EngineNotReady: If it is damaged.
    """
    try:
        return Vocabulary(parse_pieces(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise EngineNotReady(engine, f"{path.name} cannot be read; run 'sh scripts/setup'") from error
