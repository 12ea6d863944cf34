"""How a driver tells what it saw: one JSON object a line, ended by the first step that fails."""

import json
import sys
from collections.abc import Callable
from typing import Any


def step(name: str, passed: object, seen: object = None) -> None:
    """Tell of a step; one that failed is the last."""
    sys.stdout.write(json.dumps({"step": name, "passed": bool(passed), "seen": repr(seen)[:300]}) + "\n")
    sys.stdout.flush()
    if not passed:
        sys.exit(1)


def refused(name: str, status: int, code: str | None, call: Callable[[], Any]) -> None:
    """Tell whether a call is refused with a status and a code, as this client's errors show them."""
    try:
        seen: object = call()
    except Exception as error:  # noqa: BLE001  each client has classes of its own
        response = getattr(error, "response", None)
        got = getattr(error, "status_code", None) or getattr(response, "status_code", None)
        body = getattr(error, "body", None)
        if body is None and response is not None:
            body = response.json()
        word = body.get("code") if isinstance(body, dict) else None
        step(name, got == status and code in {None, word}, (type(error).__name__, got, body))
        return
    step(name, passed=False, seen=seen)
