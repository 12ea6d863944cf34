"""What foreign keys should have made impossible, looked for all the same."""

from collections.abc import Sequence

import sqlalchemy as sa

from kinodex.stores.sql.tables import metadata


def rows_without_parent(connection: sa.Connection) -> Sequence[str]:
    """Return one sentence for each table with rows that belong to nothing."""
    sentences = []
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=str):
            parent = key.column.table
            lost = table.outerjoin(parent, key.parent == key.column)
            orphans = sa.and_(key.parent.is_not(None), key.column.is_(None))
            count = connection.execute(
                sa.select(sa.func.count()).select_from(lost).where(orphans)
            ).scalar_one()
            if count:
                sentences.append(f"{count} rows of {table.name} belong to no row of {parent.name}.")
    return sentences
