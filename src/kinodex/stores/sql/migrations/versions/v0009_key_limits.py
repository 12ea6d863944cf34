"""
Key limits: keys expire, reach some indexes only, and have a rate of their own.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Instant, Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; keys made before have no limits."""
    op.add_column("api_keys", sa.Column("expires_at", Instant()))
    op.add_column("api_keys", sa.Column("index_ids", Json()))
    op.add_column("api_keys", sa.Column("requests_per_minute", sa.Integer()))
