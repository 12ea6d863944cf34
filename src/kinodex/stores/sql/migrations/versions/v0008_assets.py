"""
Assets, uploads in parts, indexed assets and embedding tasks.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Instant, Json, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables, and note on tasks and videos which asset they came from."""
    for make in (_assets, _uploads, _upload_parts, _task_metadata, _embed_tasks):
        make()
    op.add_column("tasks", sa.Column("asset_id", Words()))
    op.create_index("tasks_asset_id_ix", "tasks", ["asset_id"])
    op.add_column("videos", sa.Column("asset_id", Words()))


def _assets() -> None:
    op.create_table(
        "assets",
        sa.Column("id", Words(), nullable=False),
        sa.Column("method", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("filename", Words(), nullable=False),
        sa.Column("folded_filename", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("url", Words()),
        sa.Column("kind", Words()),
        sa.Column("file_type", Words()),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("duration_s", sa.Double()),
        sa.Column("sha256", Words()),
        sa.Column("technical", Json()),
        sa.Column("wants_stream", sa.Boolean(), nullable=False),
        sa.Column("wants_thumbnail", sa.Boolean(), nullable=False),
        sa.Column("user_metadata", Json()),
        sa.Column("failure_code", Words()),
        sa.Column("failure_message", Words()),
        sa.Column("request_id", Words()),
        sa.PrimaryKeyConstraint("id", name="assets_pk"),
    )
    op.create_index("assets_created_at_ix", "assets", ["created_at"])


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", Words(), nullable=False),
        sa.Column("asset_id", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("total_bytes", sa.BigInteger(), nullable=False),
        sa.Column("part_bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name="uploads_asset_id_fk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="uploads_pk"),
    )
    op.create_index("uploads_status_expires_at_ix", "uploads", ["status", "expires_at"])
    op.create_index("uploads_asset_id_ix", "uploads", ["asset_id"])


def _upload_parts() -> None:
    op.create_table(
        "upload_parts",
        sa.Column("upload_id", Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("etag", Words(), nullable=False),
        sa.Column("uploaded_at", Instant()),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("error", Words()),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["uploads.id"], name="upload_parts_upload_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("upload_id", "number", name="upload_parts_pk"),
    )


def _task_metadata() -> None:
    op.create_table(
        "task_metadata",
        sa.Column("task_id", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text_value", Words()),
        sa.Column("number_value", sa.Double()),
        sa.Column("truth_value", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="task_metadata_task_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "key", "position", name="task_metadata_pk"),
    )


def _embed_tasks() -> None:
    op.create_table(
        "embed_tasks",
        sa.Column("id", Words(), nullable=False),
        sa.Column("family", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("model_name", Words(), nullable=False),
        sa.Column("wanted", Json(), nullable=False),
        sa.Column("url", Words()),
        sa.Column("filename", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("duration_s", sa.Double()),
        sa.Column("failure_code", Words()),
        sa.Column("failure_message", Words()),
        sa.Column("request_id", Words()),
        sa.PrimaryKeyConstraint("id", name="embed_tasks_pk"),
    )
    op.create_index("embed_tasks_created_at_ix", "embed_tasks", ["created_at"])
