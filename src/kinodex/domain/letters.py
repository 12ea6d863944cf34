"""Letters made comparable: the same for words that are stored and words that are asked for."""

import re
import unicodedata

# Accents of Latin, Greek and Cyrillic; points of Hebrew; vowel marks of Arabic. Marks elsewhere are letters.
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u0652\u0670]")


def fold(text: str) -> str:
    """Return a text without case, accents and width (Unicode NFKC and case folding)."""
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text).casefold()))


def is_in_word(char: str) -> bool:
    """Return whether a character belongs to a word: a letter, a digit or a mark."""
    return unicodedata.category(char)[0] in "LNM"
