"""Who may call."""

import stat
from pathlib import Path

import pytest

from kinodex import bootstrap
from kinodex.domain.errors import KeyInvalid, NotFound, ParameterInvalid
from kinodex.settings import Settings
from kinodex.usecases import UseCases


def test_the_first_key_is_written_to_a_file_only_its_owner_can_read(
    usecases: UseCases, tmp_path: Path
) -> None:
    path = usecases.keys.ensure_first(tmp_path / "api-key")

    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert usecases.keys.authenticate(path.read_text().strip()).scopes == ("read", "write", "delete", "admin")


def test_a_second_start_keeps_the_first_key(usecases: UseCases, tmp_path: Path) -> None:
    path = usecases.keys.ensure_first(tmp_path / "api-key")
    assert path is not None
    text = path.read_text()
    assert usecases.keys.ensure_first(tmp_path / "api-key") == path
    assert path.read_text() == text
    assert len(usecases.keys.list()) == 1


def test_the_database_holds_no_key_in_the_clear(usecases: UseCases, tmp_path: Path) -> None:
    new = usecases.keys.create("laptop")
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("kinodex.db*"))
    assert new.key.digest.encode() in stored
    assert new.text.encode() not in stored


@pytest.mark.parametrize("text", [None, "", "kdx_unknown", "KDX"])
def test_a_missing_or_unknown_key_is_refused(usecases: UseCases, text: str | None) -> None:
    with pytest.raises(KeyInvalid):
        usecases.keys.authenticate(text)


def test_a_revoked_key_is_refused_and_cannot_be_revoked_twice(usecases: UseCases) -> None:
    new = usecases.keys.create("laptop")
    usecases.keys.revoke(new.key.id)
    with pytest.raises(KeyInvalid):
        usecases.keys.authenticate(new.text)
    with pytest.raises(NotFound):
        usecases.keys.revoke(new.key.id)


def test_an_unknown_scope_is_refused(usecases: UseCases) -> None:
    with pytest.raises(ParameterInvalid, match="everything"):
        usecases.keys.create("laptop", scopes=["everything"])


def test_a_configured_key_is_taken_and_no_other_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, api_key="my-own-long-key")
    with bootstrap.opened(settings, executor=bootstrap.build_executor(settings)) as opened:
        assert opened.keys.ensure_first(tmp_path / "api-key") is None
        assert opened.keys.authenticate("my-own-long-key").name == "configured"
