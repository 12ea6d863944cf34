"""The tables of assets and of embeddings; like the others, in the same ``metadata``."""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, Table

from kinodex.stores.sql.columns import Instant, Json, Words
from kinodex.stores.sql.tables import metadata

assets = Table(
    "assets",
    metadata,
    Column("id", Words, primary_key=True),
    Column("method", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("filename", Words, nullable=False),
    Column("folded_filename", Words, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("updated_at", Instant, nullable=False),
    Column("url", Words),
    Column("kind", Words),
    Column("file_type", Words),
    Column("size_bytes", BigInteger),
    Column("duration_s", Double),
    Column("sha256", Words),
    Column("technical", Json),
    Column("wants_stream", Boolean, nullable=False),
    Column("wants_thumbnail", Boolean, nullable=False),
    Column("stream", Json),
    Column("thumbnail", Json),
    Column("user_metadata", Json),
    Column("failure_code", Words),
    Column("failure_message", Words),
    Column("request_id", Words),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Words, primary_key=True),
    Column("asset_id", Words, ForeignKey("assets.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("total_bytes", BigInteger, nullable=False),
    Column("part_bytes", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "status", "expires_at"),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", Words, ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("status", Words, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("etag", Words, nullable=False),
    Column("uploaded_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("error", Words),
)

embed_tasks = Table(
    "embed_tasks",
    metadata,
    Column("id", Words, primary_key=True),
    Column("family", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("model_name", Words, nullable=False),
    Column("wanted", Json, nullable=False),
    Column("url", Words),
    Column("filename", Words, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("updated_at", Instant, nullable=False),
    Column("duration_s", Double),
    Column("failure_code", Words),
    Column("failure_message", Words),
    Column("request_id", Words),
)
