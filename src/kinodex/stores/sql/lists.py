"""One page of a list."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import sqlalchemy as sa

from kinodex.domain.listing import Listing, Page
from kinodex.stores.sql.conditions import Field, order, translate

Item = TypeVar("Item")


def page_of(
    connection: sa.Connection,
    query: sa.Select[Any],
    listing: Listing,
    *,
    fields: Mapping[str, Field],
    item: Callable[[sa.Row[Any]], Item],
) -> Page[Item]:
    """
    Return the items of one page of a query, and how many it has in all.

    Raises:
        ValueError: The listing names a field that is not there, or a value that does not go with it.
    """
    narrowed = query.where(*translate(listing.conditions, fields))
    total = connection.execute(sa.select(sa.func.count()).select_from(narrowed.subquery())).scalar_one()
    rows = connection.execute(
        narrowed.order_by(*order(listing.sort_by, descending=listing.descending, fields=fields))
        .limit(listing.page_limit)
        .offset((listing.page - 1) * listing.page_limit)
    )
    return Page([item(row) for row in rows], total)
