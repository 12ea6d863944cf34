"""What was asked needs an engine that this server does not have."""

from kinodex.domain.errors.requests import Refused


class TextGenerationUnsupported(Refused):
    """No engine here writes text: nothing is summarized, answered or named."""

    code = "index_not_supported_for_generate"

    def __init__(self, wanted: str) -> None:
        super().__init__(
            f"{wanted} needs a model that writes text, and this server has none; "
            "search finds moments and shows what is said and written in them."
        )
