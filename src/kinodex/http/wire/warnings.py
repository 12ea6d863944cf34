"""What is degraded about a video, as every version shows it."""

from collections.abc import Sequence

from kinodex.domain.warnings import VideoWarning
from kinodex.http.wire.values import Json, known, seconds


def warnings(shown: Sequence[VideoWarning]) -> Json:
    """Show what is degraded, with what is missing from when to when; nothing where all is well."""
    return {"warnings": [_warning(each) for each in shown]} if shown else {}


def _warning(shown: VideoWarning) -> Json:
    span = shown.span
    return known(
        {
            "message": shown.message,
            "missing": shown.missing,
            "start": None if span is None else seconds(span.start_s),
            "end": None if span is None else seconds(span.end_s),
        }
    )
