"""A recipe: everything besides the bytes of a video that decides what understanding it gives."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

RESULTS_VERSION = 3
"""To be raised whenever a step gives other results for the same bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """
    What two videos must share for the results of one to be those of the other.

    Attributes:
        program: Version of Kinodex.
        modalities: What the index looks at.
        language: The language that was said to be spoken, ISO 639-1; empty where nobody listens for it.
        transcript_sha256: Hex digest of the transcript sent along, if one was.
        engines: Name of the engine of each role.
        spaces: Space of each kind of vector, in one word.
        keep_stream: Whether the video can be played afterwards.
    """

    program: str
    modalities: tuple[str, ...]
    language: str
    transcript_sha256: str | None
    engines: Mapping[str, str]
    spaces: Mapping[str, str]
    keep_stream: bool
    results_version: int = RESULTS_VERSION

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hex, of the recipe as JSON with sorted names."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()
