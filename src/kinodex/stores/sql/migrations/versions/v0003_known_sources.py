"""
Known sources, claims, and the recipe of each video.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Instant, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what tasks over the same bytes need to know of one another."""
    op.add_column("videos", sa.Column("recipe", Words()))
    op.create_index("videos_sha256_recipe_ix", "videos", ["sha256", "recipe"])
    op.add_column("step_runs", sa.Column("note", Words()))
    _known_sources()
    _claims()


def _known_sources() -> None:
    op.create_table(
        "known_sources",
        sa.Column("digest", Words(), nullable=False),
        sa.Column("generation", Words(), nullable=False),
        sa.Column("task_id", Words(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("video_id", Words()),
        sa.Column("sha256", Words()),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("filename", Words()),
        sa.Column("validator", Words()),
        sa.Column("failure_code", Words()),
        sa.Column("failure_message", Words()),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="known_sources_task_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", "generation", name="known_sources_pk"),
    )
    op.create_index("known_sources_task_id_ix", "known_sources", ["task_id"])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("key", Words(), nullable=False),
        sa.Column("task_id", Words(), nullable=False),
        sa.Column("beat", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="claims_task_id_fk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name="claims_pk"),
    )
    op.create_index("claims_task_id_ix", "claims", ["task_id"])
