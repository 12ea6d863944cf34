"""
Headers a video is fetched with, and whether its URL is still whole.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a task keeps of its source until it ends; a query of an ended one is gone already."""
    op.add_column("tasks", sa.Column("url_headers", Json()))
    op.add_column(
        "tasks", sa.Column("url_is_incomplete", sa.Boolean(), nullable=False, server_default=sa.false())
    )
