"""What search options mean in the API's versions."""

from kinodex.domain.options import Modality, allowed_in_search, indexed_modalities, modalities_of


def test_visual_includes_what_is_written_only_in_the_latest_version() -> None:
    assert modalities_of("visual", generation="v1.1") == (Modality.VISUAL,)
    assert set(modalities_of("visual", generation="v1.3")) == {Modality.VISUAL, Modality.SCREEN_TEXT}


def test_an_index_of_the_first_version_answers_only_its_own_options() -> None:
    allowed = allowed_in_search(("visual", "conversation"), generation="v1.1")
    assert "text_in_video" not in allowed
    assert set(allowed) == {"visual", "conversation", "audio", "transcription"}


def test_an_index_of_the_latest_version_can_be_asked_in_the_words_of_all() -> None:
    allowed = allowed_in_search(("visual", "audio"), generation="v1.3")
    assert set(allowed) == {"visual", "conversation", "text_in_video", "logo", "audio", "transcription"}


def test_only_what_an_index_wants_is_indexed() -> None:
    assert indexed_modalities(("conversation",), generation="v1.1") == {Modality.SPEECH}
