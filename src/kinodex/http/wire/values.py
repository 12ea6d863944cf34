"""What all versions of the API share on the wire: times, numbers, pages of lists."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

from kinodex.domain.listing import Listing

Json = dict[str, object]
"""An object on the wire."""


def to_the_millisecond(at: datetime) -> str:
    """Return RFC 3339 in UTC with milliseconds, trailing zeros dropped: ``2022-12-08T11:20:58.62Z``."""
    utc = at.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds').rstrip('0').rstrip('.')}Z"


def to_the_second(at: datetime) -> str:
    """Return RFC 3339 in UTC in whole seconds."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def seconds(value: float) -> float:
    """Return a time or a length to the millisecond."""
    return round(value, 3)


def known(fields: Json) -> Json:
    """Return the fields that have a value: what is not known yet is left out, never null."""
    return {name: value for name, value in fields.items() if value is not None}


def page(data: Sequence[Json], listing: Listing, *, total: int) -> Json:
    """Return a page of a list; one past the end has no items and is no error."""
    return {
        "data": list(data),
        "page_info": {
            "limit_per_page": listing.page_limit,
            "page": listing.page,
            "total_page": max(1, math.ceil(total / listing.page_limit)),
            "total_results": total,
        },
    }
