"""
Idempotency: requests that may come again, and what was answered.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Instant, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "repeatable_requests",
        sa.Column("id", Words(), nullable=False),
        sa.Column("fingerprint", Words(), nullable=False),
        sa.Column("made_id", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("beats", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("content_type", Words()),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="repeatable_requests_pk"),
    )
    op.create_index("repeatable_requests_created_at_ix", "repeatable_requests", ["created_at"])
