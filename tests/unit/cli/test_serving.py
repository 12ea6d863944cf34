"""What ``kinodex serve`` says of the page."""

import sys

import pytest

from kinodex.cli.serving import _way_in


class Links:
    """Gives out links, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def new_link(self) -> "Links":
        self.made += 1
        return self

    path = "/#sign-in=token"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_link_that_signs_in_is_made_for_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal, raising=False)
    links = Links()
    said = _way_in(links, "http://127.0.0.1:8080")  # type: ignore[arg-type]
    assert ("sign-in=token" in said, links.made) == (is_terminal, int(is_terminal))
    assert "http://127.0.0.1:8080/" in said
