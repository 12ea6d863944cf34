"""
News of tasks: how much has come, and which changed last.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("tasks", sa.Column("received_bytes", sa.BigInteger()))
    op.create_index("tasks_updated_at_ix", "tasks", ["updated_at"])
