"""Options of an index in the words of another version of the API than the one it was made by."""

from collections.abc import Sequence

from kinodex.domain.options import allowed_in_search

_OLD_WORDS = ("visual", "conversation", "text_in_video", "logo")
_SEEN = frozenset({"visual", "text_in_video", "logo"})


def options_shown(options: Sequence[str], *, made_by: str, shown_in: str) -> list[str]:
    """
    Return the options of a model as one version shows them.

    Args:
        options: In the words of the version the index was made by.
        made_by: That version.
        shown_in: The version that asks; v1.1 and v1.2 share their words.
    """
    if (made_by == "v1.3") == (shown_in == "v1.3"):
        return list(options)
    allowed = allowed_in_search(tuple(options), generation=made_by)
    if shown_in == "v1.3":
        is_seen, is_heard = not _SEEN.isdisjoint(allowed), "conversation" in allowed
        return [word for word, is_on in (("visual", is_seen), ("audio", is_heard)) if is_on]
    return [word for word in _OLD_WORDS if word in allowed]
