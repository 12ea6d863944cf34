"""
Webhooks.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Instant, Json, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables of webhooks, their deliveries and the attempts at each."""
    op.create_index("outbox_created_at_ix", "outbox", ["created_at"])
    _webhooks()
    _deliveries()
    _attempts()


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("events", Json(), nullable=False),
        sa.Column("description", Words(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", Words()),
        sa.Column("secret", Words(), nullable=False),
        sa.Column("old_secret", Words()),
        sa.Column("old_secret_until", Instant()),
        sa.Column("failing_since", Instant()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="webhooks_pk"),
    )


def _deliveries() -> None:
    table = "webhook_deliveries"
    op.create_table(
        table,
        sa.Column("number", COUNTER, nullable=False),
        sa.Column("webhook_id", Words(), nullable=False),
        sa.Column("event_id", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", Words()),
        sa.Column("claimed_until", Instant()),
        sa.Column("last_at", Instant()),
        sa.Column("last_http_status", sa.Integer()),
        sa.Column("last_code", Words()),
        sa.Column("last_message", Words()),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=f"{table}_webhook_id_fk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name=f"{table}_event_id_fk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=f"{table}_pk"),
        sa.UniqueConstraint("webhook_id", "event_id", name=f"{table}_webhook_id_uq"),
    )
    for columns in (
        ["event_id"],
        ["claimed_until"],
        ["webhook_id", "status", "due_at"],
        ["status", "created_at"],
    ):
        op.create_index(f"{table}_{'_'.join(columns)}_ix", table, columns)


def _attempts() -> None:
    table = "webhook_attempts"
    op.create_table(
        table,
        sa.Column("position", COUNTER, nullable=False),
        sa.Column("delivery_number", COUNTER, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("http_status", sa.Integer()),
        sa.Column("code", Words()),
        sa.Column("message", Words()),
        sa.Column("answer", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_number"],
            ["webhook_deliveries.number"],
            name=f"{table}_delivery_number_fk",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("position", name=f"{table}_pk"),
    )
    op.create_index(f"{table}_delivery_number_ix", table, ["delivery_number"])
