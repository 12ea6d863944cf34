"""What a route says of itself: the fields it takes, what it answers, and examples of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kinodex.http.listings import LARGEST_PAGE, LARGEST_PAGE_LIMIT, SORTS, Filter
from kinodex.http.spec import schema
from kinodex.http.spec.schema import Schema, Shape
from kinodex.http.versions import GENERATIONS
from kinodex.http.wire.values import Json

KEY = "x-kinodex-operation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    One field of a body or one parameter of a query.

    Attributes:
        name: On the wire.
        schema: Its JSON Schema, which says also what it is for.
        is_required: Whether a request without it is refused.
        is_file: Whether it is a file, which only multipart forms can hold.
        only: API versions that know it.
    """

    name: str
    schema: Schema
    is_required: bool = False
    is_file: bool = False
    only: tuple[str, ...] = GENERATIONS


@dataclass(frozen=True, slots=True)
class Example:
    """A body that works as it stands, under the API versions named; tests send it."""

    body: Json
    only: tuple[str, ...] = GENERATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    What a route takes and answers.

    Attributes:
        answer: Shape of the body of a success; ``None`` where there is none.
        status: Of a success, where it differs between API versions by version.
        media_type: Of a success.
        other_answers: What else a success may be, by media type.
        body: Fields of the request's body; any form of body will do for them.
        query: Parameters of the request's query.
        examples: Bodies by what they show.
        sends: Media type of a request's body that is bytes and nothing else.
        headers: Fields of a success's header that say something of it.
        errors: Statuses of errors that neither the scope nor the path nor the body make plain.
        details: More than the docstring's first sentence, in Markdown.
    """

    answer: Shape | Schema | None = None
    status: int | Mapping[str, int] = 200
    media_type: str = "application/json"
    other_answers: Mapping[str, Shape | Schema] = field(default_factory=dict)
    body: Sequence[Field] = ()
    query: Sequence[Field] = ()
    examples: Mapping[str, Example] = field(default_factory=dict)
    sends: str | None = None
    headers: Mapping[str, Schema] = field(default_factory=dict)
    errors: Sequence[int] = ()
    details: str = ""

    def status_in(self, generation: str) -> int:
        """Return the status of a success under an API version."""
        return self.status if isinstance(self.status, int) else self.status[generation]


def documented(operation: Operation) -> dict[str, object]:
    """Return what a route's decorator takes as ``openapi_extra``."""
    return {KEY: operation}


def takes(name: str, described: Schema, **more: object) -> Field:
    """Return a field of a body."""
    return Field(name=name, schema=described, **more)  # type: ignore[arg-type]  # passed on as they are


def needs(name: str, described: Schema, **more: object) -> Field:
    """Return a field of a body that must be there."""
    return Field(name=name, schema=described, is_required=True, **more)  # type: ignore[arg-type]  # as above


def page_of(shape: Shape, *, more: Schema | None = None) -> Shape:
    """Return the shape of a page of a list."""

    def page(item_example: Json) -> Json:
        return {"data": [item_example], "page_info": {**PAGE_INFO_EXAMPLE}}

    variants = {name: (_page(shape, more), page(shape.of(name)[1])) for name in GENERATIONS}
    return Shape(f"{shape.name}Page", _page(shape, more), page(shape.example), variants)


def list_query(
    filters: Mapping[str, Filter], special: Mapping[str, tuple[Schema, Sequence[str]]] | None = None
) -> tuple[Field, ...]:
    """
    Return the parameters of a list: paging, order, and what ``listing_of`` filters by.

    Args:
        filters: The same that the route reads by.
        special: Parameters with rules of their own: how they are described, and in which API versions.
    """
    fields = [*_PAGING]
    for name, rule in filters.items():
        about = _KINDS[rule.kind]
        fields.append(takes(name, about))
        if rule.kind in {"number", "time"}:
            bound = {**about, "description": "A bound of a range; it belongs to it."}
            fields += [takes(f"{name}[gte]", bound), takes(f"{name}[lte]", bound)]
    for name, (described, only) in (special or {}).items():
        fields.append(takes(name, described, only=tuple(only)))
    return tuple(fields)


def page_info(more: Schema | None = None) -> Json:
    """Return the schema of what a page says of the list it is from."""
    return schema.record(
        {
            "limit_per_page": schema.integer("Most items of a page."),
            "page": schema.integer("Number of this page, from 1."),
            "total_page": schema.integer("Number of pages."),
            "total_results": schema.integer("Number of items of all pages."),
        },
        more,
    )


def _page(shape: Shape, more: Schema | None) -> Json:
    return schema.record({"data": schema.listed(shape), "page_info": page_info(more)})


PAGE_INFO_EXAMPLE: Json = {"limit_per_page": 10, "page": 1, "total_page": 1, "total_results": 1}
_PAGING = (
    takes(
        "page",
        schema.integer(
            "Number of the page; one past the end is empty.", minimum=1, maximum=LARGEST_PAGE, default=1
        ),
    ),
    takes(
        "page_limit",
        schema.integer("Most items of a page.", minimum=1, maximum=LARGEST_PAGE_LIMIT, default=10),
    ),
    takes("sort_by", schema.word(*SORTS, about="What to order by.", default=SORTS[0])),
    takes("sort_option", schema.word("asc", "desc", about="Oldest or newest first.", default="desc")),
)
_KINDS: Mapping[str, Json] = {
    "id": schema.identifier("Only the one with this id."),
    "text": schema.text("Only those with exactly this text."),
    "number": schema.number("Only those with this value."),
    "time": schema.text("An RFC 3339 day (any time on it) or time (from then to the end of its day)."),
}
