"""
Playback: which videos have a stream for players.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; earlier videos have no stream."""
    op.add_column("videos", sa.Column("is_playable", sa.Boolean()))
