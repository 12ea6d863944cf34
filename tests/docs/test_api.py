"""What a caller can meet is documented."""

import re
from collections.abc import Iterator
from pathlib import Path

from kinodex import bootstrap
from kinodex.domain.errors import KinodexError

API = Path(__file__).parents[2] / "docs" / "api"


def _errors(root: type[KinodexError] = KinodexError) -> Iterator[type[KinodexError]]:
    yield root
    for child in root.__subclasses__():
        yield from _errors(child)


def test_the_errors_page_lists_exactly_the_codes() -> None:
    page = (API / "errors.md").read_text()
    listed = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert bootstrap.__doc__, "all of the product is imported, and with it every error"
    assert listed == {error.code for error in _errors() if error.__module__.startswith("kinodex.")}
