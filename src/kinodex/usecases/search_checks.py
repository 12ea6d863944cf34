"""What a search request must be like, before anything is looked at."""

import re

from kinodex.domain import errors
from kinodex.domain.indexes import Index
from kinodex.domain.options import SEARCH_OPTIONS, allowed_in_search
from kinodex.domain.queries import Leaf, Node, check_size, leaves_of
from kinodex.domain.query_language import parse_query
from kinodex.domain.query_objects import tree_of
from kinodex.retrieval.query import options_of
from kinodex.usecases.search_request import SearchRequest

LONGEST_TEXT = 2_000
_ENTITY = re.compile(r"<@[\w-]+>")
MOST_PICTURES = 10
"""Of those sent along, and again of those at URLs."""
MOST_INDEXES = 50
PLAIN, KINODEX = "plain", "kinodex"
_CONVERSATION_OPTIONS = ("semantic", "exact_match")
_CHOICES = {
    "operator": ("or", "and"),
    "conversation_option": _CONVERSATION_OPTIONS,
    "threshold": (None, "high", "medium", "low", "none"),
    "group_by": ("clip", "video"),
    "sort_option": ("score", "clip_count"),
}


def tree_of_request(request: SearchRequest) -> Node | None:
    """
    Return the tree of a combined query: of its object, or of its text in the search language.

    ``None`` stands for a plain search.

    Raises:
        ParameterInvalid: The object is no query; there is no such language; the text is too long.
        QueryUnreadable: The text breaks the grammar.
    """
    if request.language not in {PLAIN, KINODEX}:
        reason = f"{request.language!r} is not one of {PLAIN}, {KINODEX}"
        raise errors.ParameterInvalid("query_language", reason)
    if request.combined is not None:
        return tree_of(request.combined)
    if request.language == PLAIN or not request.text:
        return None
    _check_text("query_text", request.text)
    tree = parse_query(request.text)
    return None if tree == Leaf(text=request.text) else tree


def check_request(request: SearchRequest, tree: Node | None) -> None:
    """
    Refuse a request that cannot be answered on any index.

    Raises:
        ParameterMissing: Neither text nor picture, or no option.
        ParameterInvalid: A value outside its range.
        SearchOptionsConflict: Options that exclude one another.
    """
    if tree is not None:
        _check_tree(request, tree)
    elif not _has_text(request) and not _pictures_of(request):
        raise errors.ParameterMissing("query_text", "query_media_file", "query")
    _check_text("query_text", request.text or "")
    _check_most("query_media_file", "pictures were sent", len(request.pictures), MOST_PICTURES)
    _check_most("query_media_url", "addresses were sent", len(request.picture_urls), MOST_PICTURES)
    _check_most("index_ids", "indexes were named", len(request.index_ids), MOST_INDEXES)
    _check_ranges(request)
    _check_combinations(request, tree)


def check_options(request: SearchRequest, tree: Node | None, index: Index) -> None:
    """
    Refuse search options the index was not made for.

    Raises:
        ParameterMissing: No option at all.
        SearchOptionUnsupported: An option that is unknown or not switched on.
    """
    allowed = allowed_in_search(index.options, generation=index.generation)
    for leaf in leaves_of(tree or Leaf()):
        options = options_of(leaf, request.options, generation=request.generation)
        if not options:
            raise errors.ParameterMissing("search_options")
        for option in options:
            if option not in SEARCH_OPTIONS or option not in allowed:
                raise errors.SearchOptionUnsupported(option, allowed)


def _check_tree(request: SearchRequest, tree: Node) -> None:
    """Check the leaves of a combined query, and that each picture has its place in it."""
    check_size(tree, name="query")
    named: set[int] = set()
    for leaf in leaves_of(tree):
        named.update(leaf.pictures)
        _check_leaf(leaf)
    sent = _pictures_of(request)
    if named and max(named) > sent:
        raise errors.ParameterInvalid("query", f"it names picture {max(named)}, and {sent} came with it")
    if unused := set(range(1, sent + 1)) - named:
        reason = f"picture {min(unused)} came with it, and no part names it as in picture:{min(unused)}"
        raise errors.ParameterInvalid("query", reason)


def _check_leaf(leaf: Leaf) -> None:
    if not leaf.text.strip() and not leaf.pictures:
        raise errors.ParameterInvalid("query", "a part of it has neither words nor pictures")
    _check_text("query", leaf.text)
    if leaf.conversation_option not in {None, *_CONVERSATION_OPTIONS}:
        reason = f"{leaf.conversation_option!r} is not one of {', '.join(_CONVERSATION_OPTIONS)}"
        raise errors.ParameterInvalid("conversation_option", reason)


def _check_text(name: str, text: str) -> None:
    if len(text) > LONGEST_TEXT:
        reason = f"it has {len(text)} characters and the maximum is {LONGEST_TEXT}"
        raise errors.ParameterInvalid(name, reason)
    if mark := _ENTITY.search(text):
        reason = f"{mark[0][:80]} marks an entity, and this server knows none"
        raise errors.ParameterInvalid(name, reason)


def _check_most(name: str, what: str, count: int, most: int) -> None:
    if count > most:
        raise errors.ParameterInvalid(name, f"{count} {what} and the maximum is {most}")


def _has_text(request: SearchRequest) -> bool:
    return bool(request.text and request.text.strip())


def _pictures_of(request: SearchRequest) -> int:
    return len(request.pictures) + len(request.picture_urls)


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


def _check_combinations(request: SearchRequest, tree: Node | None) -> None:
    if request.sort_option == "clip_count" and request.group_by != "video":
        raise errors.ParameterInvalid("sort_option", "clip_count needs group_by=video")
    if request.transcription_options is None:
        return
    for option in request.transcription_options:
        if option not in {"lexical", "semantic"}:
            raise errors.ParameterInvalid("transcription_options", f"{option!r} is not lexical or semantic")
    if tree is not None:
        return  # each part that searches speech takes them
    if "transcription" not in request.options:
        raise errors.SearchOptionsConflict("transcription_options needs the search option transcription.")
    if not _has_text(request):
        raise errors.SearchOptionsConflict("transcription_options needs query_text, not pictures only.")
