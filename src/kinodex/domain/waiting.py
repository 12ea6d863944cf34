"""What work that will be tried again waits for, in words."""

import math

from kinodex.domain.errors import KinodexError

_LOWERED = ("The ", "An ", "A ", "No ", "It ")
"""Beginnings of sentences that are no names."""


def retry_of(step: str, error: KinodexError, *, in_s: float) -> str:
    """Return e.g. ``retry of fetch in 12 s: the host answered with HTTP status 503``."""
    reason = error.message.removesuffix(".")
    if reason.startswith(_LOWERED):
        reason = reason[0].lower() + reason[1:]
    return f"retry of {step} in {max(1, math.ceil(in_s))} s: {reason}"
