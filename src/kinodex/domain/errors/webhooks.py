"""A webhook cannot be made, or its receiver does not take an event."""

from kinodex.domain.errors.addresses import UrlRefused
from kinodex.domain.errors.requests import Refused
from kinodex.domain.errors.root import KinodexError


class WebhookUrlNotSecure(UrlRefused):
    """A webhook without TLS, to a receiver that is not allow-listed."""

    code = "webhook_url_not_secure"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            f"The webhook URL begins with http://; https is required unless an administrator lists "
            f"{host}:{port} in KINODEX_WEBHOOK_ALLOW."
        )


class TooManyWebhooks(Refused):
    """There are as many webhooks as may be."""

    code = "webhook_limit_exceeded"

    def __init__(self, most: int) -> None:
        super().__init__(f"There are {most} webhooks, and the maximum is {most}; delete one first.")


class WebhookDisabled(Refused):
    """Something is to be sent to a webhook that is switched off."""

    code = "webhook_disabled"

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"The webhook {webhook_id} is disabled; enable it first.")


class ReceiverRefused(KinodexError):
    """The receiver of a webhook answered, and not with a status of success."""

    code = "webhook_http_status"
    retryable = True

    def __init__(self, http_status: int) -> None:
        redirects = "; redirects are not followed" if http_status // 100 == 3 else ""  # noqa: PLR2004  3xx
        super().__init__(f"The receiver answered with HTTP status {http_status}{redirects}.")
        self.http_status = http_status
