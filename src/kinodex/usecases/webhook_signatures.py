"""
How a receiver knows that an event comes from here and is fresh: two schemes side by side.

``TL-Signature`` is the platform's: ``t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`` under the
text of the secret; one ``v1`` always, as receivers split the header into two parts. ``webhook-…`` is Standard
Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 of ``<id>.<t>.<body>`` under the bytes the secret
stands for, one signature for each secret that is valid.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence

SECRET_PREFIX = "whsec_"  # noqa: S105  not a secret: how one begins
_SECRET_BYTES = 32


def new_secret() -> str:
    """Return a fresh secret: ``whsec_`` and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature_headers(body: bytes, *, event_id: str, secrets: Sequence[str], at_s: int) -> Mapping[str, str]:
    """
    Return the headers that sign a body.

    Args:
        body: Exactly the bytes that are sent.
        event_id: ``whe_…``, the same in every attempt.
        secrets: At least one, the newest first; ``TL-Signature`` is made with the oldest.
        at_s: Time of the attempt, in seconds since 1970.
    """
    plain = hmac.new(secrets[-1].encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    signed = f"{event_id}.{at_s}.".encode() + body
    return {
        "TL-Signature": f"t={at_s},v1={plain}",
        "webhook-id": event_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{_standard(signed, secret)}" for secret in secrets),
    }


def _standard(signed: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
