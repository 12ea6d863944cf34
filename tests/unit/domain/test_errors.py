"""The tree of errors."""

from collections.abc import Iterator

from kinodex.domain import errors


def all_errors(root: type[errors.KinodexError] = errors.KinodexError) -> Iterator[type[errors.KinodexError]]:
    """Yield the errors of the tree; the ways in have a few of their own."""
    for child in root.__subclasses__():
        if child.__module__.startswith(errors.__name__):
            yield child
        yield from all_errors(child)


def test_every_error_is_in_the_printed_tree() -> None:
    missing = [error.__name__ for error in all_errors() if error.__name__ not in (errors.__doc__ or "")]
    assert not missing


def test_every_code_is_a_snake_case_word() -> None:
    assert all(error.code.replace("_", "").isalpha() and error.code.islower() for error in all_errors())


def test_no_two_leaves_share_a_code() -> None:
    leaves = [error for error in all_errors() if not error.__subclasses__()]
    codes = [error.code for error in leaves]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)
