"""Keys of blobs: names of ours, never of a user."""

import re

_KEY = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/)*[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")


def checked_key(key: str) -> str:
    """
    Return the key if it names a blob and nothing outside the store.

    Letters, digits, ``.``, ``_``, ``-`` between slashes; no part begins with a dot.

    Raises:
        ValueError: It is not such a key.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key of a blob: {key!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """
    Return the prefix if it ends in a slash and is a key before it.

    Raises:
        ValueError: It is not such a prefix.
    """
    if not prefix.endswith("/"):
        raise ValueError(f"a prefix ends in a slash: {prefix!r}")
    return f"{checked_key(prefix[:-1])}/"
