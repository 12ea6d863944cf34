"""
Task control: attempts at a task, what it waits for, and whose it is.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; tasks of before are first attempts of nobody in particular."""
    op.add_column("tasks", sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("tasks", sa.Column("key_id", Words(), nullable=True))
    op.add_column("tasks", sa.Column("waits_for", Words(), nullable=True))
    op.create_index("tasks_key_id_status_ix", "tasks", ["key_id", "status"])
