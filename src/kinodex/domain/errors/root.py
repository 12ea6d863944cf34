"""What every error of ours has."""

from typing import ClassVar


class KinodexError(Exception):
    """Something in the world went wrong."""

    code: str = "internal_server_error"
    retryable: ClassVar[bool] = False

    @property
    def message(self) -> str:
        """One sentence for people."""
        return str(self)
