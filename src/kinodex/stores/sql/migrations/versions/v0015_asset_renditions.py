"""
Renditions: what became of the stream and the thumbnail somebody wished an asset to have.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; nobody works on earlier assets any more, so they have neither."""
    op.add_column("assets", sa.Column("stream", sa.Text()))
    op.add_column("assets", sa.Column("thumbnail", sa.Text()))
    assets = sa.table(
        "assets", sa.column("wants_stream", sa.Boolean()), sa.column("wants_thumbnail", sa.Boolean())
    )
    op.execute(assets.update().values(wants_stream=sa.false(), wants_thumbnail=sa.false()))
