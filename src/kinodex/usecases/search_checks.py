"""What a search request must be like, before anything is looked at."""

import re

from kinodex.domain import errors
from kinodex.domain.indexes import Index
from kinodex.domain.options import SEARCH_OPTIONS, allowed_in_search
from kinodex.usecases.search_request import SearchRequest

LONGEST_TEXT = 2_000
_ENTITY = re.compile(r"<@[\w-]+>")
MOST_PICTURES = 10
_CHOICES = {
    "operator": ("or", "and"),
    "conversation_option": ("semantic", "exact_match"),
    "threshold": (None, "high", "medium", "low", "none"),
    "group_by": ("clip", "video"),
    "sort_option": ("score", "clip_count"),
}


def check_request(request: SearchRequest) -> None:
    """
    Refuse a request that cannot be answered on any index.

    Raises:
        ParameterMissing: Neither text nor picture, or no option.
        ParameterInvalid: A value outside its range.
        SearchOptionsConflict: Options that exclude one another.
    """
    pictures = len(request.pictures) + len(request.picture_urls)
    if not (request.text and request.text.strip()) and not pictures:
        raise errors.ParameterMissing("query_text", "query_media_file", "query")
    if request.text and len(request.text) > LONGEST_TEXT:
        reason = f"it has {len(request.text)} characters and the maximum is {LONGEST_TEXT}"
        raise errors.ParameterInvalid("query_text", reason)
    if request.text and (mark := _ENTITY.search(request.text)):
        reason = f"{mark[0][:80]} marks an entity, and this server knows none"
        raise errors.ParameterInvalid("query_text", reason)
    if pictures > MOST_PICTURES:
        reason = f"{pictures} pictures were sent and the maximum is {MOST_PICTURES}"
        raise errors.ParameterInvalid("query_media_file", reason)
    _check_ranges(request)
    _check_combinations(request)


def check_options(request: SearchRequest, index: Index) -> None:
    """
    Refuse search options the index was not made for.

    Raises:
        ParameterMissing: No option at all.
        SearchOptionUnsupported: An option that is unknown or not switched on.
    """
    if not request.options:
        raise errors.ParameterMissing("search_options")
    allowed = allowed_in_search(index.options, generation=index.generation)
    for option in request.options:
        if option not in SEARCH_OPTIONS or option not in allowed:
            raise errors.SearchOptionUnsupported(option, allowed)


def _check_ranges(request: SearchRequest) -> None:
    for name, choices in _CHOICES.items():
        value = getattr(request, name)
        if value not in choices:
            listed = ", ".join(choice for choice in choices if choice is not None)
            raise errors.ParameterInvalid(name, f"{value!r} is not one of {listed}")
    if not 0 <= request.adjust_confidence_level <= 1:
        raise errors.ParameterInvalid(
            "adjust_confidence_level", f"{request.adjust_confidence_level:g} is not between 0 and 1"
        )
    if not 1 <= request.page_limit <= 50:  # noqa: PLR2004  the range the API documents
        raise errors.ParameterInvalid("page_limit", f"{request.page_limit} is not between 1 and 50")


def _check_combinations(request: SearchRequest) -> None:
    if request.sort_option == "clip_count" and request.group_by != "video":
        raise errors.ParameterInvalid("sort_option", "clip_count needs group_by=video")
    if request.transcription_options is None:
        return
    for option in request.transcription_options:
        if option not in {"lexical", "semantic"}:
            raise errors.ParameterInvalid("transcription_options", f"{option!r} is not lexical or semantic")
    if "transcription" not in request.options:
        raise errors.SearchOptionsConflict("transcription_options needs the search option transcription.")
    if not (request.text and request.text.strip()):
        raise errors.SearchOptionsConflict("transcription_options needs query_text, not pictures only.")
