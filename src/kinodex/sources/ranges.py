"""Asking for the rest of a file, and telling whether the answer is the rest of the same file."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime

from kinodex.sources.heads import Head

_STRONG_ETAG = re.compile(r'"[\x21\x23-\x7e]{0,300}"')
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_SURE_AFTER = timedelta(seconds=60)


def strong_validator(head: Head) -> str | None:
    """
    Return what stands for these very bytes: a strong ETag, else a date of change that was long past.

    A date is strong when the answer is at least a minute younger (RFC 9110 section 8.8.2.2, RFC 7232).
    """
    etag = head.one("etag")
    if etag is not None:
        return etag if _STRONG_ETAG.fullmatch(etag) else None
    changed, said = head.one("last-modified"), head.one("date")
    if changed is None or said is None or not (_DATE.fullmatch(changed) and _DATE.fullmatch(said)):
        return None
    try:
        is_sure = parsedate_to_datetime(said) - parsedate_to_datetime(changed) >= _SURE_AFTER
    except ValueError:
        return None
    return changed if is_sure else None


def range_fields(offset_bytes: int, *, validator: str) -> tuple[str, ...]:
    """Return the header fields that ask for the rest from an offset, if the file is still the same."""
    return (f"Range: bytes={offset_bytes}-", f"If-Range: {validator}")


def total_if_rest(head: Head, *, offset_bytes: int, validator: str, total_bytes: int | None) -> int | None:
    """
    Return the length of the whole file if a 206 answer carries exactly its rest from an offset.

    Args:
        head: Of the answer.
        offset_bytes: What is here already.
        validator: Of the file the first part belongs to.
        total_bytes: The length declared then, if one was.

    Returns:
        ``None`` when it is another file, another part, or several parts.
    """
    match = _CONTENT_RANGE.fullmatch(head.one("content-range") or "")
    if match is None or validator not in {head.one("etag"), head.one("last-modified")}:
        return None
    first, last, total = map(int, match.groups())
    if first != offset_bytes or last != total - 1 or total_bytes not in {None, total}:
        return None
    return total if head.length_bytes() in {None, total - first} else None
