"""Room on the disk, asked for before the bytes come."""

import re
from typing import Any

from fastapi import Depends
from starlette.requests import Request

from kinodex.http.threads import call
from kinodex.usecases import UseCases

_LENGTH = re.compile(r"[0-9]{1,20}")


def declared_bytes(request: Request) -> int:
    """Return how long a request says its body is; 0 where it does not."""
    declared = request.headers.get("content-length", "")
    return int(declared) if _LENGTH.fullmatch(declared) else 0


async def check_space(request: Request) -> None:
    """
    Return if the body of a request fits on the disk beside what must stay free.

    Raises:
        StorageFull: It does not, or nothing does any more.
    """
    usecases: UseCases = request.app.state.usecases
    await call(usecases.space.check, declared_bytes(request))


SPACE: Any = Depends(check_space)
"""For calls that bring bytes to this machine, now or later; it stands after the dependency of the key."""
