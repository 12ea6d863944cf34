from pathlib import Path

import pytest

from kinodex.domain.errors import EngineNotReady
from kinodex.engines.moonshine_vocabulary import Vocabulary, parse_pieces, read_vocabulary

SPACE = "\u2581".encode()


def table(*pieces: bytes) -> bytes:
    return b"".join(bytes([len(piece)]) + piece for piece in pieces)


def vocabulary_of(*pieces: bytes) -> Vocabulary:
    return Vocabulary((b"<unk>", b"<s>", b"</s>", *pieces))


def test_pieces_are_read_in_order() -> None:
    assert parse_pieces(table(b"a", b"", b"bcd")) == (b"a", b"", b"bcd")


@pytest.mark.parametrize("content", [b"\x05ab", b"\x80" + b"a" * 128])
def test_a_damaged_table_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no piece of text"):
        parse_pieces(content)


def test_boundaries_of_words_become_spaces() -> None:
    vocabulary = vocabulary_of(SPACE + b"the", SPACE + b"ship", b"s")

    assert vocabulary.text([3, 4, 5]) == "the ships"


def test_marks_are_no_text() -> None:
    assert vocabulary_of(SPACE + b"yes").text([1, 3, 2]) == "yes"


def test_single_bytes_make_up_a_letter() -> None:
    assert vocabulary_of(b"\xc3", b"\xa9").text([3, 4]) == "é"


def test_half_a_letter_is_shown_as_missing() -> None:
    assert vocabulary_of(b"\xc3").text([3]) == "\ufffd"


def test_a_damaged_file_says_what_to_run(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.bin"
    path.write_bytes(b"\x05ab")

    with pytest.raises(EngineNotReady, match="sh scripts/setup"):
        read_vocabulary(path, engine="test")


def test_the_real_table_is_read_whole(models_dir: Path) -> None:
    vocabulary = read_vocabulary(models_dir / "moonshine" / "tokenizer.bin", engine="test")

    assert len(vocabulary) == 32_768
    assert vocabulary.text([278]) == "the"
    assert vocabulary.text([32_000, 32_767]) == ""
