"""How an error crosses from the process that downloads to the one that waits."""

from kinodex.domain import errors
from kinodex.domain.errors import KinodexError
from kinodex.sources.messages import Failed, Plain


def packed(error: KinodexError) -> Failed:
    """Return what is to be told of an error."""
    facts = {name: fact for name, fact in vars(error).items() if isinstance(fact, Plain)}
    return Failed(name=type(error).__name__, message=error.message, facts=facts)


def unpacked(failed: Failed) -> KinodexError:
    """
    Return an error like the one that was told of.

    Raises:
        LookupError: There is no such class.
    """
    kind = getattr(errors, failed.name, None)
    if not (isinstance(kind, type) and issubclass(kind, KinodexError)):
        raise LookupError(failed.name)  # noqa: TRY004  not the type of an argument
    # Constructors make sentences from facts; here the sentence is made already.
    error = kind.__new__(kind)
    Exception.__init__(error, failed.message)
    for name, fact in failed.facts.items():
        setattr(error, name, fact)
    return error
