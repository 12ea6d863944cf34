"""The tables. How they came about, step by step, is in ``migrations``; a test keeps the two alike."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from kinodex.stores.sql.columns import Instant, Json, Words

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_name)s_uq",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    }
)


Counter = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database counts up; SQLite does so for plain integers only."""

Searchable = Words().with_variant(TSVECTOR(), "postgresql")
"""Tokens: in SQLite words between blanks, in PostgreSQL lexemes with positions."""

indexes = Table(
    "indexes",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("models", Json, nullable=False),
    Column("addons", Json, nullable=False),
    Column("generation", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("0")),
)

index_words = Table(
    "index_words",
    metadata,
    Column("index_id", Words, ForeignKey("indexes.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("word", Words, primary_key=True),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Words, primary_key=True),
    Column("index_id", Words, ForeignKey("indexes.id", ondelete="CASCADE"), nullable=False),
    Column("video_id", Words, nullable=False, index=True),
    Column("status", Words, nullable=False),
    Column("url", Words),
    Column("upload_blob", Words),
    Column("filename", Words, nullable=False),
    Column("generation", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("estimated_ready_at", Instant, nullable=False),
    Column("language", Words, nullable=False),
    Column("transcript_blob", Words),
    Column("transcript_url", Words),
    Column("keep_stream", Boolean, nullable=False),
    Column("user_metadata", Json, nullable=False),
    Column("duration_s", Double),
    Column("width_px", Integer),
    Column("height_px", Integer),
    Column("size_bytes", BigInteger),
    Column("step", Words),
    Column("progress", Double, nullable=False),
    Column("failure_code", Words),
    Column("failure_message", Words),
    Column("request_id", Words),
    Column("url_headers", Json),
    Column("url_is_incomplete", Boolean, nullable=False, server_default=false()),
    Column("asset_id", Words, index=True),
    Column("attempt", Integer, nullable=False, server_default=text("1")),
    Column("key_id", Words),
    Column("waits_for", Words),
    Column("received_bytes", BigInteger),
    Index(None, "index_id", "created_at"),
    Index(None, "status", "created_at"),
    Index(None, "key_id", "status"),
    Index(None, "updated_at"),
    Index(None, "created_at"),
)

videos = Table(
    "videos",
    metadata,
    Column("id", Words, primary_key=True),
    Column("index_id", Words, ForeignKey("indexes.id", ondelete="CASCADE"), nullable=False),
    Column("filename", Words, nullable=False),
    Column("title", Words),
    Column("sha256", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("indexed_at", Instant, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("fps", Double, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("container", Words, nullable=False),
    Column("video_codec", Words, nullable=False),
    Column("audio_codec", Words),
    Column("rotation_deg", Integer, nullable=False),
    Column("subtitle_streams", Integer, nullable=False),
    Column("user_metadata", Json, nullable=False),
    Column("engines", Json, nullable=False),
    Column("warnings", Json, nullable=False),
    Column("is_playable", Boolean),
    Column("recipe", Words),
    Column("asset_id", Words),
    Index(None, "index_id", "created_at"),
    Index(None, "sha256", "recipe"),
)

video_metadata = Table(
    "video_metadata",
    metadata,
    Column("video_id", Words, ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text_value", Words),
    Column("number_value", Double),
    Column("truth_value", Boolean),
)

task_metadata = Table(
    "task_metadata",
    metadata,
    Column("task_id", Words, ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text_value", Words),
    Column("number_value", Double),
    Column("truth_value", Boolean),
)

text_lines = Table(
    "text_lines",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("index_id", Words, ForeignKey("indexes.id", ondelete="CASCADE"), nullable=False),
    Column("video_id", Words, ForeignKey("videos.id", ondelete="CASCADE"), nullable=False),
    Column("modality", Words, nullable=False),
    Column("number", Integer, nullable=False),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("text", Words, nullable=False),
    Column("box_left", Double),
    Column("box_top", Double),
    Column("box_width", Double),
    Column("box_height", Double),
    Column("scope", Words, nullable=False),
    Column("words", Searchable, nullable=False),
    UniqueConstraint("video_id", "modality", "number"),
    Index(None, "index_id"),
)

screen_words = Table(
    "screen_words",
    metadata,
    Column("index_id", Words, ForeignKey("indexes.id", ondelete="CASCADE"), primary_key=True),
    Column("word", Words, primary_key=True),
    Column("backwards", Words, nullable=False),
    Column("letters", Integer, nullable=False),
    Index("screen_words_forwards_ix", "index_id", "letters", "word"),
    Index("screen_words_backwards_ix", "index_id", "letters", "backwards"),
)

vector_manifests = Table(
    "vector_manifests",
    metadata,
    Column("video_id", Words, ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True),
    Column("modality", Words, primary_key=True),
    Column("space", Words, primary_key=True),
    Column("index_id", Words, ForeignKey("indexes.id", ondelete="CASCADE"), nullable=False),
    Column("blob", Words, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("rows", Integer, nullable=False),
    Index(None, "index_id", "modality", "space"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("digest", Words, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("expires_at", Instant),
    Column("index_ids", Json),
    Column("requests_per_minute", Integer),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", Counter, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("type", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("data", Json, nullable=False),
    Index(None, "created_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Words, primary_key=True),
    Column("url", Words, nullable=False),
    Column("events", Json, nullable=False),
    Column("description", Words, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_reason", Words),
    Column("secret", Words, nullable=False),
    Column("old_secret", Words),
    Column("old_secret_until", Instant),
    Column("failing_since", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("number", Counter, primary_key=True),
    Column("webhook_id", Words, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", Words, ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("status", Words, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("claim", Words),
    Column("claimed_until", Instant, index=True),
    Column("last_at", Instant),
    Column("last_http_status", Integer),
    Column("last_code", Words),
    Column("last_message", Words),
    UniqueConstraint("webhook_id", "event_id"),
    Index(None, "webhook_id", "status", "due_at"),
    Index(None, "status", "created_at"),
)

webhook_attempts = Table(
    "webhook_attempts",
    metadata,
    Column("position", Counter, primary_key=True),
    Column(
        "delivery_number",
        Counter,
        ForeignKey("webhook_deliveries.number", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", Instant, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("http_status", Integer),
    Column("code", Words),
    Column("message", Words),
    Column("answer", Words, nullable=False),
)

result_pages = Table(
    "result_pages",
    metadata,
    Column("token", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

step_runs = Table(
    "step_runs",
    metadata,
    Column("position", Counter, primary_key=True),
    Column("task_id", Words, nullable=False),
    Column("step", Words, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("1")),
    Column("seconds", Double),
    Column("note", Words),
    UniqueConstraint("task_id", "step"),
)

step_rates = Table(
    "step_rates",
    metadata,
    Column("position", Counter, primary_key=True),
    Column("step", Words, nullable=False),
    Column("seconds_per_second", Double, nullable=False),
    Index(None, "step", "position"),
)

repeatable_requests = Table(
    "repeatable_requests",
    metadata,
    Column("id", Words, primary_key=True),
    Column("fingerprint", Words, nullable=False),
    Column("made_id", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("beats", Integer, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("status", Integer),
    Column("content_type", Words),
    Column("body", LargeBinary),
)

known_sources = Table(
    "known_sources",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("generation", Words, primary_key=True),
    Column("task_id", Words, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("video_id", Words),
    Column("sha256", Words),
    Column("size_bytes", BigInteger),
    Column("filename", Words),
    Column("validator", Words),
    Column("failure_code", Words),
    Column("failure_message", Words),
)

claims = Table(
    "claims",
    metadata,
    Column("key", Words, primary_key=True),
    Column("task_id", Words, ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("beat", Integer, nullable=False),
)


purges = Table(
    "purges",
    metadata,
    Column("prefix", Words, primary_key=True),
    Column("due_at", Instant, nullable=False, index=True),
    Column("until", Instant, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("is_begun", Boolean, nullable=False),
)
