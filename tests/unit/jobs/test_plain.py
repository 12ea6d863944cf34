"""What DBOS stores and logs."""

import logging
from typing import Any

import pytest
from dbos import error as dbos_errors

from kinodex.jobs.plain import LOGGER, JsonSerializer, quieten


@pytest.mark.parametrize("value", [None, 1, 1.5, "é\0", [1, [2]], {"args": ["a"], "kwargs": {}}])
def test_values_come_back(value: Any) -> None:
    serializer = JsonSerializer()

    assert serializer.deserialize(serializer.serialize(value)) == value


def test_an_error_is_kept_as_its_sentence() -> None:
    assert JsonSerializer().serialize(ValueError("no")) == '"ValueError: no"'


def test_nothing_else_is_turned_into_text() -> None:
    with pytest.raises(TypeError, match="not JSON"):
        JsonSerializer().serialize(object())


def test_a_cancelled_job_is_no_news_and_other_trouble_is(caplog: pytest.LogCaptureFixture) -> None:
    quieten()
    logger = logging.getLogger(LOGGER)

    for error in (dbos_errors.DBOSAwaitedWorkflowCancelledError("id"), OSError("disk")):
        logger.error("Exception encountered in background workflow:", exc_info=error)
    logger.info("chatter")

    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [OSError]
    assert len(caplog.records) == 1
