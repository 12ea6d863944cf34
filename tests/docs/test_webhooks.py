"""What the page on webhooks says is what they do."""

import re
import time
from pathlib import Path
from typing import Any

from kinodex.domain.webhooks import EVENT_TYPES, FAILING_FOR, JITTER, WAITS_S
from kinodex.http.routes import webhooks
from kinodex.sources.posting import CLOCKS
from kinodex.usecases.webhook_signatures import new_secret, signature_headers
from kinodex.usecases.webhooks import MOST_WEBHOOKS

PAGE = (Path(__file__).parents[2] / "docs" / "api" / "webhooks.md").read_text()
UNITS_S = {"s": 1, "min": 60, "h": 3600}


def test_the_example_takes_what_we_send_and_nothing_else() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102  our own page
    is_genuine, secret, body = names["is_genuine"], new_secret(), b'{"id":"whe_1"}'

    def signed(at_s: float, by: str = secret) -> dict[str, str]:
        return dict(signature_headers(body, event_id="whe_1", secrets=[by], at_s=int(at_s)))

    assert is_genuine(signed(time.time()), body, secret)
    assert not is_genuine(signed(time.time()), body + b" ", secret)
    assert not is_genuine(signed(time.time(), by=new_secret()), body, secret)
    assert not is_genuine(signed(time.time() - 400), body, secret)


def test_the_schedule_is_the_one_in_use() -> None:
    (sentence,) = re.findall(r"^Nine attempts: at once, then (.*?) after the one before", PAGE, re.MULTILINE)
    waits = re.findall(r"(\d+) (s|min|h)\b", sentence)
    assert tuple(int(number) * UNITS_S[unit] for number, unit in waits) == WAITS_S
    assert f"up to {round(JITTER * 100)} % shorter or longer" in PAGE
    assert f"at every attempt for {FAILING_FOR.days} days" in PAGE
    assert f"within {CLOCKS.connect_s:g} seconds to connect and {CLOCKS.head_s:g} to answer" in PAGE
    assert f"There may be {MOST_WEBHOOKS} webhooks." in PAGE


def test_every_event_and_every_route_stands_on_the_page() -> None:
    assert [name for name in EVENT_TYPES if f"`{name}`" not in PAGE] == []
    for route in webhooks.router.routes:
        path = route.path.replace("/webhooks/{webhook_id}", "…/{id}").replace("{delivery_id}", "{delivery}")
        shown = path if path.startswith("…") else f"/v1.3{path}"
        (method,) = route.methods
        assert f"`{method} {shown}`" in PAGE, (method, shown)
