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


def indexed_modalities(options: tuple[str, ...], *, generation: str) -> frozenset[Modality]:
    """Return everything an index with these options, made by this API version, looks at."""
    return frozenset(
        modality for option in options for modality in modalities_of(option, generation=generation)
    )


def allowed_in_search(options: tuple[str, ...], *, generation: str) -> tuple[str, ...]:
    """Return the search options such an index answers, in the words of every version."""
    indexed = indexed_modalities(options, generation=generation)
    visual_covers_text = generation == "v1.3" and "visual" in options
    allowed = {
        "visual": "visual" in options,
        "conversation": Modality.SPEECH in indexed,
        "text_in_video": "text_in_video" in options or visual_covers_text,
        "logo": "logo" in options or visual_covers_text,
        "audio": Modality.SPEECH in indexed,
        "transcription": Modality.SPEECH in indexed,
    }
    return tuple(option for option in SEARCH_OPTIONS if allowed[option])
