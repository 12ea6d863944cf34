"""
Purges: which bytes are to be removed.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Instant, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "purges",
        sa.Column("prefix", Words(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("is_begun", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name="purges_pk"),
    )
    op.create_index("purges_due_at_ix", "purges", ["due_at"])
