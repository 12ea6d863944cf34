"""Signatures: two schemes over the same bytes."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Standard

from kinodex.usecases.webhook_signatures import new_secret, signature_headers

BODY = b'{"id":"whe_1"}'
AT_S = 1659342128


def test_the_platforms_signature_is_the_one_that_others_compute() -> None:
    headers = signature_headers(BODY, event_id="whe_1", secrets=["c2s="], at_s=AT_S)
    # printf '1659342128.{"id":"whe_1"}' | openssl dgst -sha256 -hmac 'c2s='
    expected = "288219d8bfc7a37a4ab07b1293bb3586da44d23bad6c798348e036050296b363"
    assert headers["TL-Signature"] == f"t={AT_S},v1={expected}"


@pytest.mark.parametrize("count", [1, 2])
def test_standard_webhooks_has_one_signature_for_each_secret_and_the_platform_one(count: int) -> None:
    secrets = [new_secret() for _ in range(count)]
    headers = signature_headers(BODY, event_id="whe_1", secrets=secrets, at_s=AT_S)
    at = datetime.fromtimestamp(AT_S, UTC)
    expected = [Standard(secret).sign("whe_1", at, BODY.decode()) for secret in secrets]
    assert headers["webhook-signature"].split(" ") == expected
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("whe_1", str(AT_S))
    oldest = signature_headers(BODY, event_id="whe_1", secrets=secrets[-1:], at_s=AT_S)
    assert headers["TL-Signature"] == oldest["TL-Signature"]


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(secret.startswith("whsec_") and len(secret) == 50 for secret in made)
