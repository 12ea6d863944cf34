"""
Every setting: its default, its unit, what it does.

Read once in ``cli``, spent in ``bootstrap``; nothing else looks at the environment.
"""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kinodex.domain.assets import AssetLimits
from kinodex.domain.capacity import Capacity, GateSize

PREFIX = "KINODEX_"
FIRST_KEY_FILE = "api-key"
"""In the data folder: the key made at first start."""


class Settings(BaseSettings):
    """The configuration of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Path = Field(
        default=Path("kinodex-data"), description="Folder for everything kept on this machine."
    )
    database_url: str | None = Field(
        default=None,
        description="sqlite:///FILE or postgresql://…; without it, kinodex.db in the data folder.",
    )
    blob_url: str | None = Field(
        default=None,
        description="Folder, file:///FOLDER or s3://BUCKET/PREFIX; without it, blobs in the data folder.",
    )
    models_dir: Path | None = Field(
        default=None,
        description="Folder with prepared model files; without it, the cache made by scripts/setup.",
    )
    visual_model: str = Field(
        default="conse-lite0",
        description="What looks at pictures: conse-lite0, which comes with the installation, or the name of "
        "a model brought by kinodex models pull.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    api_key: SecretStr | None = Field(
        default=None, min_length=1, description="Use this API key instead of the one made at first start."
    )
    requests_per_minute: int = Field(
        default=6000, ge=0, description="Requests a key may make to one process; 0 for any number."
    )
    signing_key: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Secret that signs links to pictures; without it, one made in the data folder.",
    )
    fetch_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="host:port pairs that may be private, separated by commas, e.g. 127.0.0.1:9000.",
    )
    fetch_proxy: SecretStr | None = Field(
        default=None,
        description="http:// or socks5h:// URL of the proxy for downloads; it decides which addresses are "
        "reached, since names are not resolved here then.",
    )
    fetch_s3_buckets: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Buckets whose videos may be fetched as s3://BUCKET/KEY with the server's credentials, "
        "separated by commas.",
    )
    fetch_max_bytes: int = Field(
        default=4 * 1024**3, gt=0, description="Largest file fetched or received, in bytes."
    )
    vector_cache_bytes: int = Field(
        default=2 * 1024**3,
        ge=0,
        description="Memory for vectors that are searched, in bytes; those used least go first.",
    )
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="host:port pairs of webhook receivers that may be private and without TLS.",
    )
    events_kept_days: int = Field(
        default=30, ge=3, le=3650, description="Days that events and their deliveries are kept."
    )
    free_space_bytes: int = Field(
        default=1024**3, ge=0, description="Space on the disk that is never used, in bytes."
    )
    asset_direct_max_bytes: int = Field(
        default=200 * 1024**2, gt=0, description="Largest asset received in one request, in bytes."
    )
    asset_multipart_max_bytes: int = Field(
        default=10 * 1024**3, gt=0, description="Largest asset received in parts, in bytes."
    )
    asset_image_max_bytes: int = Field(
        default=32 * 1024**2, gt=0, description="Largest picture kept as an asset, in bytes."
    )
    asset_part_bytes: int = Field(
        default=16 * 1024**2, ge=64 * 1024, description="Size of the parts of an asset, in bytes."
    )
    asset_parts_through_server: bool = Field(
        default=False,
        description="Take parts here and not straight in the bucket, where clients cannot reach that.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Videos indexed at the same time.")
    pending_per_key: int = Field(default=1_000, ge=1, description="Unfinished tasks one key may have.")
    pending_total: int = Field(default=10_000, ge=1, description="Unfinished tasks there may be in all.")
    requests_at_once: int = Field(
        default=400, ge=1, description="Requests open at the same time in one process."
    )
    searches_at_once: int = Field(default=8, ge=1, le=16, description="Searches that run at the same time.")
    searches_waiting: int = Field(default=64, ge=0, description="Further searches that wait for their turn.")
    embeds_at_once: int = Field(
        default=4, ge=1, le=16, description="Requests for vectors that run at the same time."
    )
    embeds_waiting: int = Field(
        default=32, ge=0, description="Further requests for vectors that wait for their turn."
    )
    uploads_at_once: int = Field(default=16, ge=1, description="Files received at the same time.")
    uploads_waiting: int = Field(
        default=48, ge=0, description="Further files whose senders wait for their turn."
    )
    clips_at_once: int = Field(default=2, ge=1, le=4, description="Clips that are made at the same time.")
    clips_waiting: int = Field(default=6, ge=0, description="Further clips that wait for their turn.")
    streams_at_once: int = Field(default=64, ge=1, description="Streams of events open at the same time.")
    keep_failed_s: int = Field(
        default=24 * 3600,
        ge=0,
        description="Seconds the bytes of a failed task stay for a retry.",
    )
    fetch_total_s: int = Field(
        default=4 * 3600, ge=1, description="Longest a download may take, with all retries, in seconds."
    )
    step_floor_s: int = Field(
        default=600, ge=1, description="Seconds any step of indexing may take, whatever the video."
    )
    step_factor: float = Field(
        default=20.0, ge=1, description="And so many times longer than expected for the video."
    )
    step_still_s: int = Field(
        default=300, ge=1, description="A step without a sign of life for so many seconds is hung."
    )
    engine_threads: int = Field(
        default_factory=lambda: max(1, os.cpu_count() or 1), ge=1, description="Threads of one engine."
    )
    log_format: str = Field(default="text", pattern="^(text|json)$", description="text or json.")
    log_level: str = Field(
        default="info", pattern="^(debug|info|warning|error)$", description="Least level logged."
    )

    @field_validator("fetch_allow", "fetch_s3_buckets", "webhook_allow", mode="before")
    @classmethod
    def _split_pairs(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(pair.strip() for pair in value.split(",") if pair.strip())
        return value

    @property
    def effective_database_url(self) -> str:
        """The database in use."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'kinodex.db'}"

    @property
    def effective_blob_url(self) -> str:
        """The blob store in use."""
        return self.blob_url or str(self.data_dir.absolute() / "blobs")

    @property
    def asset_limits(self) -> AssetLimits:
        """How large assets may be."""
        return AssetLimits(
            direct_bytes=self.asset_direct_max_bytes,
            url_bytes=self.fetch_max_bytes,
            multipart_bytes=self.asset_multipart_max_bytes,
            image_bytes=self.asset_image_max_bytes,
            part_bytes=self.asset_part_bytes,
        )

    @property
    def capacity(self) -> Capacity:
        """How many requests are answered at the same time."""
        return Capacity(
            requests=self.requests_at_once,
            searches=GateSize(self.searches_at_once, self.searches_waiting),
            embeds=GateSize(self.embeds_at_once, self.embeds_waiting),
            uploads=GateSize(self.uploads_at_once, self.uploads_waiting),
            clips=GateSize(self.clips_at_once, self.clips_waiting),
            streams=GateSize(self.streams_at_once, 0),
        )

    @property
    def effective_models_dir(self) -> Path:
        """Where prepared model files lie."""
        if self.models_dir is not None:
            return self.models_dir
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return Path(cache) / "kinodex" / "models"


def unknown_names(environment: dict[str, str]) -> list[str]:
    """Return ``KINODEX_`` names that are no setting: a typing mistake must not pass in silence."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(
        name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in known
    )
