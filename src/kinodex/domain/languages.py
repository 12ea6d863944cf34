"""Languages a caller may name."""

_CODES = (
    "af am ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gl gu he hi hr hu hy id is it "
    "ja jv ka kk km kn ko la lb lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no pa pl ps pt ro ru si "
    "sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yo zh"
)

LANGUAGES = frozenset(_CODES.split())
"""ISO 639-1 codes of languages; which of them are understood, ``/capabilities`` says."""
