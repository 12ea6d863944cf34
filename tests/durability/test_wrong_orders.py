"""The kill tests see what they are there to see: each wrong order of the same steps makes them fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.durability.lanes import KILLED, Stage, stage
from tests.durability.wrong_orders import WRONG_ORDERS

pytestmark = pytest.mark.slow

EXPECTED = {
    "publish_before_the_vectors_are_written": ("url", "publish:committed", "vectors_lost"),
    "tell_in_a_transaction_of_its_own": ("url", "publish:committed", "told 0 times"),
    "remove_bytes_before_the_rows": ("delete_video", "delete_video:begun", "video_without_bytes"),
    "remove_bytes_in_the_request": ("delete_video", "delete_video:committed", "bytes_without_record"),
    "forget_running_tasks": ("url", "decode:end", "is left indexing"),
}
"""By wrong order: what leads to the point, the point, and what is found after a kill there."""


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("orders")) as built:
        yield built


@pytest.mark.parametrize("wrong_order", WRONG_ORDERS)
def test_a_wrong_order_is_found_by_a_kill(wrong_order: str, common: Stage, tmp_path: Path) -> None:
    scenario, point, sign = EXPECTED[wrong_order]
    lane = common.lane(tmp_path / "lane", wrong_order=wrong_order, patience_s=4.0)
    (death,) = lane.run([(scenario, point)])
    assert death.status == KILLED
    assert any(sign in violation for violation in death.violations), death.violations


@pytest.mark.parametrize("wrong_order", WRONG_ORDERS)
def test_a_wrong_order_shows_only_when_something_is_killed(
    wrong_order: str, common: Stage, tmp_path: Path
) -> None:
    scenario, _, _ = EXPECTED[wrong_order]
    lane = common.lane(tmp_path / "lane", wrong_order=wrong_order)
    (life,) = lane.run([(scenario, "none")])
    assert (life.status, life.violations) == (0, [])
