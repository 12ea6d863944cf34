"""A classification cannot be done as asked."""

from kinodex.domain.errors.requests import Refused


class ClassifyOptionsConflict(Refused):
    """Options of a class that exclude one another."""

    code = "classify_option_combination_not_supported"


class TooManyPrompts(Refused):
    """The classes of one request have more prompts than it may have."""

    code = "classify_prompts_limit_exceeded"

    def __init__(self, count: int, limit: int) -> None:
        super().__init__(f"The classes have {count} prompts together and the maximum is {limit}.")


class ClassifyTokenInvalid(Refused):
    """What should be a page token has not the form of one."""

    code = "classify_page_token_invalid"

    def __init__(self, token: str) -> None:
        super().__init__(f"{token[:80]!r} is no page token of a classification.")


class ClassifyTokenExpired(Refused):
    """The page token has expired or was never given out."""

    code = "classify_page_token_expired"

    def __init__(self) -> None:
        super().__init__("The page token is unknown or has expired; classify again.")
