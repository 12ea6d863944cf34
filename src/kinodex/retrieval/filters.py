"""
The filter of a search: from the object on the wire to the videos that are looked at.

All conditions hold together. They are applied before any candidate is cut off, so a filter never hides
a video that would have been found without the others.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kinodex.domain import errors
from kinodex.domain.ids import IndexId, VideoId, is_id
from kinodex.domain.listing import Comparison, Condition
from kinodex.stores.protocols import VideoStore

NUMBERS = {
    "duration": "duration_s",
    "width": "width_px",
    "height": "height_px",
    "size": "size_bytes",
    "fps": "fps",
}
TEXTS = {"filename": "filename", "video_title": "title"}
TITLE = {"title": "title"}
"""A name of the system's in v1.1 and v1.2; in v1.3 users may have metadata of that name."""

COMPARISONS: Mapping[str, Comparison] = {"gte": "gte", "lte": "lte"}
MOST_IDS = 10_000
LARGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ParsedFilter:
    """Which videos to look at: those with these ids (``None``: all) that fulfil all conditions."""

    ids: tuple[VideoId, ...] | None = None
    conditions: tuple[Condition, ...] = ()


EVERYTHING = ParsedFilter()
"""No restriction."""


def parse_filter(given: object, *, generation: str = "v1.3") -> ParsedFilter:
    """
    Read a filter.

    Args:
        given: The object as sent, parsed from JSON; ``None`` for no filter.
        generation: API version of the caller.

    Raises:
        FilterInvalid: Not an object, a value of the wrong kind, an unknown comparison, a malformed id.
    """
    if given is None:
        return EVERYTHING
    if not isinstance(given, Mapping):
        raise errors.FilterInvalid(f"The filter must be an object of names and values, not {_kind(given)}.")
    texts = TEXTS if generation == "v1.3" else {**TEXTS, **TITLE}
    conditions = [
        condition
        for name, value in given.items()
        if name != "id"
        for condition in _conditions(str(name), value, texts=texts)
    ]
    return ParsedFilter(_ids(given.get("id")), tuple(conditions))


def select_videos(videos: VideoStore, index_id: IndexId, wanted: ParsedFilter) -> Sequence[VideoId] | None:
    """
    Return the ids of the videos to look at; ``None`` for the whole index.

    Raises:
        VideoNotInIndex: An id of the filter is not in the index.
    """
    if wanted.ids is None:
        return videos.matching(index_id, wanted.conditions) if wanted.conditions else None
    named = Condition("id", "in", wanted.ids)
    present = videos.matching(index_id, [named])
    if missing := set(wanted.ids).difference(present):
        raise errors.VideoNotInIndex(min(missing))
    return videos.matching(index_id, [named, *wanted.conditions]) if wanted.conditions else present


def select_in_each(
    videos: VideoStore, index_ids: Sequence[IndexId], wanted: ParsedFilter
) -> Mapping[IndexId, Sequence[VideoId] | None]:
    """
    Return for each index the ids of the videos to look at; ``None`` for a whole index.

    Raises:
        VideoNotInIndex: An id of the filter is in none of the indexes.
    """
    if wanted.ids is None or len(index_ids) == 1:
        return {index_id: select_videos(videos, index_id, wanted) for index_id in index_ids}
    named = Condition("id", "in", wanted.ids)
    present = {index_id: videos.matching(index_id, [named]) for index_id in index_ids}
    if missing := set(wanted.ids).difference(*present.values()):
        raise errors.VideoNotInIndex(min(missing))
    return {
        index_id: videos.matching(index_id, [named, *wanted.conditions]) if found else ()
        for index_id, found in present.items()
    }


def _ids(given: object) -> tuple[VideoId, ...] | None:
    if given is None:
        return None
    if not isinstance(given, (list, tuple)):
        raise errors.FilterInvalid(f"The filter on id takes a list of video ids, not {_kind(given)}.")
    if len(given) > MOST_IDS:
        raise errors.FilterInvalid(f"The filter lists {len(given)} ids; the maximum is {MOST_IDS}.")
    for each in given:
        if not isinstance(each, str) or not is_id(each):
            raise errors.FilterInvalid(f"{each!r} in the filter on id is not the id of a video.")
    # An empty list is what clients send when nothing is chosen: no restriction.
    return tuple(dict.fromkeys(VideoId(each) for each in given)) or None


def _conditions(name: str, value: object, *, texts: Mapping[str, str]) -> Iterator[Condition]:
    if name in NUMBERS:
        yield from _number_conditions(name, NUMBERS[name], value)
    elif name in texts:
        if not isinstance(value, str):
            raise errors.FilterInvalid(f"The filter on {name} takes a text, not {_kind(value)}.")
        yield Condition(texts[name], "eq", value)
    elif isinstance(value, (str, bool)):
        yield Condition(f"metadata.{name}", "eq", value)
    else:
        yield from _number_conditions(name, f"metadata.{name}", value)


def _number_conditions(name: str, field: str, value: object) -> Iterator[Condition]:
    if not isinstance(value, Mapping):
        yield Condition(field, "eq", _number(name, value))
        return
    if not value:
        raise errors.FilterInvalid(f"The range on {name} needs gte, lte or both.")
    for comparison, bound in value.items():
        if comparison not in COMPARISONS:
            raise errors.FilterInvalid(f"The range on {name} takes gte and lte, not {comparison!r}.")
        yield Condition(field, COMPARISONS[comparison], _number(name, bound))


def _number(name: str, value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        kinds = "a number or a range" if name in NUMBERS else "a text, a number, a boolean or a range"
        raise errors.FilterInvalid(f"The filter on {name} takes {kinds}, not {_kind(value)}.")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise errors.FilterInvalid(f"The number in the filter on {name} is too large.")
    if not math.isfinite(value):
        raise errors.FilterInvalid(f"The number in the filter on {name} is not finite.")
    return value


def _kind(value: object) -> str:
    kinds = {str: "a text", bool: "a boolean", int: "a number", float: "a number", list: "a list"}
    return "null" if value is None else kinds.get(type(value), "an object")
