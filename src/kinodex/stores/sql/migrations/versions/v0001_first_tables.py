"""
The first tables.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from kinodex.stores.sql.columns import Instant, Json, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEARCHABLE = Words().with_variant(TSVECTOR(), "postgresql")


def upgrade() -> None:
    """Make all tables, then what each database needs to search text."""
    for make in MAKERS:
        make()
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("text_lines_words_ix", "text_lines", ["words"], postgresql_using="gin")
    else:
        _full_text_search()


def _indexes() -> None:
    op.create_table(
        "indexes",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("models", Json(), nullable=False),
        sa.Column("addons", Json(), nullable=False),
        sa.Column("generation", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="indexes_pk"),
        sa.UniqueConstraint("name", name="indexes_name_uq"),
    )


def _index_words() -> None:
    op.create_table(
        "index_words",
        sa.Column("index_id", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("word", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["index_id"], ["indexes.id"], name="index_words_index_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("index_id", "kind", "word", name="index_words_pk"),
    )


def _tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", Words(), nullable=False),
        sa.Column("index_id", Words(), nullable=False),
        sa.Column("video_id", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("url", Words()),
        sa.Column("upload_blob", Words()),
        sa.Column("filename", Words(), nullable=False),
        sa.Column("generation", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("estimated_ready_at", Instant(), nullable=False),
        sa.Column("language", Words(), nullable=False),
        sa.Column("transcript_blob", Words()),
        sa.Column("transcript_url", Words()),
        sa.Column("keep_stream", sa.Boolean(), nullable=False),
        sa.Column("user_metadata", Json(), nullable=False),
        sa.Column("duration_s", sa.Double()),
        sa.Column("width_px", sa.Integer()),
        sa.Column("height_px", sa.Integer()),
        sa.Column("size_bytes", sa.BigInteger()),
        sa.Column("step", Words()),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("failure_code", Words()),
        sa.Column("failure_message", Words()),
        sa.Column("request_id", Words()),
        sa.ForeignKeyConstraint(["index_id"], ["indexes.id"], name="tasks_index_id_fk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="tasks_pk"),
    )
    op.create_index("tasks_created_at_ix", "tasks", ["created_at"])
    op.create_index("tasks_index_id_created_at_ix", "tasks", ["index_id", "created_at"])
    op.create_index("tasks_status_created_at_ix", "tasks", ["status", "created_at"])
    op.create_index("tasks_video_id_ix", "tasks", ["video_id"])


def _videos() -> None:
    op.create_table(
        "videos",
        sa.Column("id", Words(), nullable=False),
        sa.Column("index_id", Words(), nullable=False),
        sa.Column("filename", Words(), nullable=False),
        sa.Column("title", Words()),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("indexed_at", Instant(), nullable=False),
        sa.Column("duration_s", sa.Double(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("fps", sa.Double(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("container", Words(), nullable=False),
        sa.Column("video_codec", Words(), nullable=False),
        sa.Column("audio_codec", Words()),
        sa.Column("rotation_deg", sa.Integer(), nullable=False),
        sa.Column("subtitle_streams", sa.Integer(), nullable=False),
        sa.Column("user_metadata", Json(), nullable=False),
        sa.Column("engines", Json(), nullable=False),
        sa.Column("warnings", Json(), nullable=False),
        sa.ForeignKeyConstraint(["index_id"], ["indexes.id"], name="videos_index_id_fk", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="videos_pk"),
    )
    op.create_index("videos_index_id_created_at_ix", "videos", ["index_id", "created_at"])


def _video_metadata() -> None:
    op.create_table(
        "video_metadata",
        sa.Column("video_id", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text_value", Words()),
        sa.Column("number_value", sa.Double()),
        sa.Column("truth_value", sa.Boolean()),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name="video_metadata_video_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("video_id", "key", "position", name="video_metadata_pk"),
    )


def _text_lines() -> None:
    op.create_table(
        "text_lines",
        sa.Column("id", COUNTER, nullable=False),
        sa.Column("index_id", Words(), nullable=False),
        sa.Column("video_id", Words(), nullable=False),
        sa.Column("modality", Words(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Double(), nullable=False),
        sa.Column("end_s", sa.Double(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("box_left", sa.Double()),
        sa.Column("box_top", sa.Double()),
        sa.Column("box_width", sa.Double()),
        sa.Column("box_height", sa.Double()),
        sa.Column("scope", Words(), nullable=False),
        sa.Column("words", SEARCHABLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["index_id"], ["indexes.id"], name="text_lines_index_id_fk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name="text_lines_video_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="text_lines_pk"),
        sa.UniqueConstraint("video_id", "modality", "number", name="text_lines_video_id_uq"),
    )
    op.create_index("text_lines_index_id_ix", "text_lines", ["index_id"])


def _vector_manifests() -> None:
    op.create_table(
        "vector_manifests",
        sa.Column("video_id", Words(), nullable=False),
        sa.Column("modality", Words(), nullable=False),
        sa.Column("space", Words(), nullable=False),
        sa.Column("index_id", Words(), nullable=False),
        sa.Column("blob", Words(), nullable=False),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["index_id"], ["indexes.id"], name="vector_manifests_index_id_fk", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name="vector_manifests_video_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("video_id", "modality", "space", name="vector_manifests_pk"),
    )
    op.create_index(
        "vector_manifests_index_id_modality_space_ix", "vector_manifests", ["index_id", "modality", "space"]
    )


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("scopes", Json(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant()),
        sa.PrimaryKeyConstraint("id", name="api_keys_pk"),
        sa.UniqueConstraint("digest", name="api_keys_digest_uq"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("position", COUNTER, nullable=False),
        sa.Column("id", Words(), nullable=False),
        sa.Column("type", Words(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="outbox_pk"),
        sa.UniqueConstraint("id", name="outbox_id_uq"),
    )


def _result_pages() -> None:
    op.create_table(
        "result_pages",
        sa.Column("token", Words(), nullable=False),
        sa.Column("owner", Words(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="result_pages_pk"),
    )
    op.create_index("result_pages_expires_at_ix", "result_pages", ["expires_at"])


def _step_runs() -> None:
    op.create_table(
        "step_runs",
        sa.Column("position", COUNTER, nullable=False),
        sa.Column("task_id", Words(), nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("seconds", sa.Double()),
        sa.PrimaryKeyConstraint("position", name="step_runs_pk"),
        sa.UniqueConstraint("task_id", "step", name="step_runs_task_id_uq"),
    )


def _step_rates() -> None:
    op.create_table(
        "step_rates",
        sa.Column("position", COUNTER, nullable=False),
        sa.Column("step", Words(), nullable=False),
        sa.Column("seconds_per_second", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="step_rates_pk"),
    )
    op.create_index("step_rates_step_position_ix", "step_rates", ["step", "position"])


def _full_text_search() -> None:
    """
    Make the FTS5 index over the lines, and the triggers that keep it in step.

    Tokens come cut and folded by ``words.py``; the ``ascii`` tokenizer leaves everything beyond ASCII as
    it is. The index stores no text of its own (https://www.sqlite.org/fts5.html, 4.4.3).
    """
    op.execute(
        "CREATE VIRTUAL TABLE text_words USING fts5("
        "words, scope, content='text_lines', content_rowid='id', tokenize='ascii')"
    )
    op.execute(
        "CREATE TRIGGER text_lines_added AFTER INSERT ON text_lines BEGIN "
        "INSERT INTO text_words(rowid, words, scope) VALUES (new.id, new.words, new.scope); END"
    )
    op.execute(
        "CREATE TRIGGER text_lines_removed AFTER DELETE ON text_lines BEGIN "
        "INSERT INTO text_words(text_words, rowid, words, scope) "
        "VALUES ('delete', old.id, old.words, old.scope); END"
    )


MAKERS = (
    _indexes,
    _index_words,
    _tasks,
    _videos,
    _video_metadata,
    _text_lines,
    _vector_manifests,
    _api_keys,
    _outbox,
    _result_pages,
    _step_runs,
    _step_rates,
)
