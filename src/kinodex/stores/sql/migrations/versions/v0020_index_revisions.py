"""
Index revisions: a number of each index that grows with all that could change the answer to a search.

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody remembers an answer from before, so all begin at 0."""
    op.add_column(
        "indexes", sa.Column("revision", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
