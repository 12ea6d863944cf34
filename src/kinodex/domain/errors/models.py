"""Models that are brought by name."""

from kinodex.domain.errors.root import KinodexError


class ModelUnknown(KinodexError):
    """No model has this name."""

    code = "model_unknown"

    def __init__(self, name: str, known: tuple[str, ...], *, is_installed: bool = True) -> None:
        names = ", ".join(known) or "none"
        super().__init__(
            f"There is no model called {name!r}; there are {names}."
            if is_installed
            else f"The model {name!r} is not on this machine (there are {names}); "
            f"'kinodex models pull {name}' brings it."
        )
        self.name = name


class ModelNotBrought(KinodexError):
    """A model could not be brought from where it is published."""

    code = "model_not_brought"
    retryable = True

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The model {name} could not be brought: {reason}.")
        self.name = name
