"""How a driver tells what it saw: one JSON object a line, ended by the first step that fails."""

import hashlib
import hmac
import json
import os
import sys
import time
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


def told_of(task_id: str) -> None:
    """Tell whether the end of a task came by webhook, under a signature that holds; no client checks one."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for line in open(os.environ["WEBHOOKS"]):  # noqa: SIM115, PTH123  a few lines, in a program that ends
            told = json.loads(line)
            event = json.loads(told["body"])
            if event["data"].get("id") == task_id:
                fields = dict(each.split("=", 1) for each in told["headers"]["tl-signature"].split(","))
                signed = f"{fields['t']}.{told['body']}".encode()
                wanted = hmac.new(os.environ["WEBHOOK_SECRET"].encode(), signed, hashlib.sha256).hexdigest()
                is_genuine = hmac.compare_digest(wanted, fields["v1"])
                step("webhook, signed", is_genuine and event["type"] == "index.task.ready", event)
                return
        time.sleep(0.1)
    step("webhook, signed", passed=False, seen=task_id)


def until_final(get: Callable[[], Any]) -> Any:
    """Return what is asked for once it is ready or failed."""
    while (found := get()).status not in {"ready", "failed"}:
        time.sleep(0.1)
    return found
