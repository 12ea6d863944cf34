"""A video: what a finished task leaves in an index."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kinodex.domain import errors
from kinodex.domain.ids import AssetId, IndexId, VideoId
from kinodex.domain.media import MediaFacts
from kinodex.domain.warnings import VideoWarning

MetadataValue = str | int | float | bool | tuple[str, ...]

SYSTEM_METADATA = frozenset(
    {"duration", "filename", "fps", "height", "model_names", "size", "video_title", "width"}
)
"""Names a caller cannot use for metadata of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """
    What is stored of a ready video.

    ``created_at`` is that of its task. ``engines`` names what understood it, e.g.
    ``{"speech": "moonshine-tiny-en"}``. ``warnings`` are for people: what is degraded and why.
    ``recipe`` is the fingerprint of what decided how it was understood, besides its bytes.
    ``is_playable`` says whether there is a stream for players.
    """

    id: VideoId
    index_id: IndexId
    filename: str
    facts: MediaFacts
    sha256: str
    created_at: datetime
    updated_at: datetime
    indexed_at: datetime
    title: str | None = None
    user_metadata: Mapping[str, MetadataValue] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[VideoWarning, ...] = ()
    recipe: str | None = None
    asset_id: AssetId | None = None
    is_playable: bool = False


def check_user_metadata(metadata: Mapping[str, object]) -> None:
    """
    Refuse metadata of the user's own that cannot be stored.

    Raises:
        ParameterInvalid: A system name, an empty key, or a value that is neither text, number, truth
            value nor a list of texts.
    """
    for key, value in metadata.items():
        if key in SYSTEM_METADATA:
            raise errors.ParameterInvalid("user_metadata", f"the name {key!r} is the system's own")
        if not key.strip():
            raise errors.ParameterInvalid("user_metadata", "a name is empty")
        is_texts = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
        if not (isinstance(value, (str, int, float, bool)) or is_texts):
            raise errors.ParameterInvalid(
                "user_metadata", f"the value of {key!r} is neither text, number, boolean nor a list of texts"
            )
