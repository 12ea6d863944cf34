"""What DBOS stores and logs, made plain."""

import json
import logging
from typing import Any

from dbos import Serializer
from dbos import error as dbos_errors

LOGGER = "dbos"


class JsonSerializer(Serializer):
    """JSON instead of pickles: reading the database must not be a way to run code."""

    def serialize(self, data: Any) -> str:
        """Return JSON; an error that a job ends with becomes its sentence."""
        return json.dumps(data, default=_sentence)

    def deserialize(self, serialized_data: str) -> Any:
        """Return what JSON says."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Return the name stored beside each value."""
        return "kinodex_json"


def quieten() -> None:
    """Send the engine's warnings where all others go, instead of a handler of its own."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Return False for what is no trouble: a cancelled job ends as cancelled."""
    return not (
        record.exc_info and isinstance(record.exc_info[1], dbos_errors.DBOSAwaitedWorkflowCancelledError)
    )


def _sentence(value: object) -> str:
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    raise TypeError(f"{type(value).__name__} is not JSON")
