"""
Search options: the words of the API versions and what they make us look at.

v1 and v1.1 say visual, conversation, text_in_video, logo; v1.3 says visual, audio and, in a search,
transcription. Screen text and logos belong to visual in v1.3, speech to audio.
"""

from enum import StrEnum

INDEX_OPTIONS = ("visual", "conversation", "text_in_video", "logo", "audio")
SEARCH_OPTIONS = (*INDEX_OPTIONS, "transcription")


class Modality(StrEnum):
    """A way in which a moment can match."""

    VISUAL = "visual"
    SPEECH = "speech"
    SCREEN_TEXT = "screen_text"


def modalities_of(option: str, *, generation: str) -> tuple[Modality, ...]:
    """
    Return what an option looks at.

    Args:
        option: One of ``SEARCH_OPTIONS``.
        generation: The API version of the caller, ``"v1.1"``, ``"v1.2"`` or ``"v1.3"``: in v1.3
            ``visual`` includes what is written on screen.
    """
    if option == "visual":
        return (Modality.VISUAL, Modality.SCREEN_TEXT) if generation == "v1.3" else (Modality.VISUAL,)
    if option in {"text_in_video", "logo"}:
        return (Modality.SCREEN_TEXT,)
    return (Modality.SPEECH,)


def allowed_in_search(index_options: tuple[str, ...]) -> tuple[str, ...]:
    """Return the search options an index answers, in the words of every version."""
    given = set(index_options)
    allowed = set(given)
    if given & {"conversation", "audio"}:
        allowed |= {"conversation", "audio", "transcription"}
    if "visual" in given and not given & {"conversation", "text_in_video", "logo"}:
        allowed |= {"text_in_video", "logo"}  # made by v1.3, where visual includes both
    return tuple(option for option in SEARCH_OPTIONS if option in allowed)
