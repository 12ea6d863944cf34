"""
Tells webhooks of events and kills itself on the way: ``killable_teller.py DATABASE ALLOW POINT``.

The points: ``claimed`` (nothing sent yet), ``sent`` (nothing noted yet), ``settling`` (noted, not committed),
``committed``, and ``rotated``: the secret of the only webhook has a successor.
"""

import os
import signal
import sys
from typing import Any

from receiver import Teller

from kinodex.stores.sql.deliveries import SqlDeliveryStore
from kinodex.stores.sql.records import SqlRecords


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying_after(function: Any) -> Any:
    def died(*arguments: Any, **options: Any) -> Any:
        result = function(*arguments, **options)
        _die()
        return result

    return died


if __name__ == "__main__":
    database, allow, point = sys.argv[1:]
    teller = Teller(SqlRecords(database), allow=[allow])
    if point == "claimed":
        teller.deliveries.claim(most=8, most_failing=8)
    if point == "sent":
        patched: Any = teller.poster
        patched.post = _dying_after(teller.poster.post)
    if point == "settling":
        store: Any = SqlDeliveryStore
        store.settle = _dying_after(SqlDeliveryStore.settle)
    if point == "rotated":
        teller.webhooks.rotate(teller.webhooks.list()[0].id)
    elif point != "claimed":
        teller.round()
    _die()
