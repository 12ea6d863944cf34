"""A request that a client may have sent before, marked by an ``Idempotency-Key``."""

from kinodex.domain.errors.requests import Refused


class IdempotencyKeyInvalid(Refused):
    """The header ``Idempotency-Key`` is empty, too long or not plain text."""

    code = "idempotency_key_invalid"

    def __init__(self, length: int, longest: int) -> None:
        super().__init__(
            f"The header Idempotency-Key has {length} characters; 1 to {longest} printable ones are due."
        )


class IdempotencyKeyReused(Refused):
    """The same ``Idempotency-Key`` came with another body."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body; a new request needs a new key.")


class RequestStillRunning(Refused):
    """The first request with this ``Idempotency-Key`` has not been answered yet."""

    code = "idempotency_request_running"

    def __init__(self) -> None:
        super().__init__("The first request with this Idempotency-Key is still running; ask again in 1 s.")


class AnswerNotKept(Refused):
    """The request was done; its answer held a secret and is shown only once."""

    code = "idempotency_answer_not_kept"

    def __init__(self) -> None:
        super().__init__(
            "The first request with this Idempotency-Key was done. Its answer held a secret, which is "
            "shown once and not kept."
        )
