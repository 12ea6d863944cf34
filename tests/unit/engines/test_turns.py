import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kinodex.domain.errors import EngineBusy, EngineFailed, EngineNotReady, TaskWithdrawn
from kinodex.domain.lifelines import Lifeline
from kinodex.engines.turns import BATCH, Outside, Turns


class Bare:
    """An engine that can be made to miss its files."""

    name = "bare"
    is_missing = False
    loads = 0

    def warm_up(self) -> None:
        if self.is_missing:
            raise EngineNotReady(self.name, "bring the files")
        self.loads += 1


@pytest.fixture
def engine() -> Bare:
    return Bare()


@pytest.fixture
def turns(engine: Bare) -> Turns:
    return Turns(engine)


def test_an_engine_is_loaded_before_its_first_work_and_once(turns: Turns, engine: Bare) -> None:
    assert turns.reason is not None

    assert [turns.take(lambda: "done") for _ in range(2)] == ["done", "done"]

    assert turns.reason is None
    assert engine.loads == 1


def test_missing_files_are_the_reason_until_they_are_there(turns: Turns, engine: Bare) -> None:
    engine.is_missing = True
    with pytest.raises(EngineNotReady):
        turns.warm_up()
    assert turns.reason is not None
    assert "bring the files" in turns.reason

    engine.is_missing = False
    turns.take(lambda: None)
    assert turns.reason is None


def test_a_foreign_exception_becomes_engine_failed_with_its_cause(turns: Turns) -> None:
    def fail() -> None:
        raise ZeroDivisionError("no")

    with pytest.raises(EngineFailed, match=r"bare failed: ZeroDivisionError: no") as caught:
        turns.take(fail)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_error_of_ours_passes_as_it_is(turns: Turns) -> None:
    error = TaskWithdrawn()

    def fail() -> None:
        raise error

    with pytest.raises(TaskWithdrawn) as caught:
        turns.take(fail)
    assert caught.value is error


def test_what_comes_from_outside_passes_as_it_is(turns: Turns) -> None:
    outside = Outside()

    def fail() -> None:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        turns.take(lambda: outside.run(fail), outside=outside)


def test_the_time_of_the_outside_is_not_the_engines(turns: Turns) -> None:
    outside = Outside()
    start_s = time.perf_counter()

    turns.take(lambda: outside.run(lambda: time.sleep(0.05)), outside=outside)
    turns.take(lambda: time.sleep(0.02))

    assert 0.02 <= turns.usage.seconds <= time.perf_counter() - start_s - 0.05


def test_the_time_of_work_that_fails_counts(turns: Turns) -> None:
    def fail() -> None:
        time.sleep(0.01)
        raise ValueError

    with pytest.raises(EngineFailed):
        turns.take(fail)
    assert turns.usage.seconds >= 0.01


def test_an_engine_never_works_for_two_at_once(turns: Turns) -> None:
    working: list[int] = []
    most: list[int] = []

    def work() -> None:
        working.append(1)
        most.append(len(working))
        time.sleep(0.005)
        working.pop()

    threads = [threading.Thread(target=turns.take, args=(work,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1] * 5


def test_a_query_waits_for_one_batch_of_a_video_and_not_for_all(turns: Turns) -> None:
    order: list[str] = []
    waits = threading.Event()

    def batch(_items: list[int]) -> None:
        time.sleep(0.01)
        order.append("batch")
        if len(order) == 3:
            waits.set()
            time.sleep(0.2)  # the query gets in line

    def query() -> None:
        waits.wait()
        turns.take(lambda: order.append("query"))

    thread = threading.Thread(target=query)
    thread.start()
    for _ in turns.in_batches(range(30 * BATCH), batch):
        pass
    thread.join()

    assert order.index("query") == 3
    assert order.count("batch") == 30


def test_batches_keep_the_order_and_take_no_more_than_they_need(turns: Turns) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(BATCH * 2 + 3):
            taken.append(number)
            yield number

    results = turns.in_batches(items(), list)

    assert next(results) == list(range(BATCH))
    assert len(taken) == BATCH
    assert [number for batch in results for number in batch] == list(range(BATCH, BATCH * 2 + 3))
    assert turns.usage.items == BATCH * 2 + 3


def test_short_memory_halves_the_batch_and_loses_nothing(turns: Turns) -> None:
    sizes: list[int] = []

    def work(items: list[int]) -> list[int]:
        sizes.append(len(items))
        if len(items) > 3:
            raise MemoryError
        return items

    results = list(turns.in_batches(range(11), work))

    assert [number for batch in results for number in batch] == list(range(11))
    assert sizes == [8, 4, 2, 2, 2, 2, 2, 1]
    assert turns.usage.items == 11


def test_too_little_memory_for_one_item_is_a_failure(turns: Turns) -> None:
    def work(_items: list[int]) -> None:
        raise MemoryError

    with pytest.raises(EngineFailed, match="not enough memory"):
        list(turns.in_batches(range(5), work))


def test_no_items_are_no_batches_and_no_turn(turns: Turns, engine: Bare) -> None:
    assert list(turns.in_batches([], list)) == []
    assert engine.loads == 0


def test_whoever_waits_for_an_engine_that_works_is_alive_and_no_longer_than_it_works(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinodex.engines.turns.LOOK_S", 0.02)
    working, waiting, over = Lifeline(), Lifeline(), threading.Event()

    def work() -> None:
        with working.held():
            turns.take(lambda: over.wait(30))

    def wait() -> None:
        with waiting.held():
            turns.take(lambda: None)

    threads = [threading.Thread(target=each) for each in (work, wait)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    began_at_s = waiting.moved_at_s
    time.sleep(0.1)
    assert waiting.moved_at_s == began_at_s, "neither gives a sign of life"
    for _ in range(3):
        before_s = waiting.moved_at_s
        working.moved()
        _until(lambda before_s=before_s: waiting.moved_at_s > before_s)  # type: ignore[misc]
    over.set()
    for thread in threads:
        thread.join()


def test_whoever_waits_for_an_engine_can_be_told_to_end(turns: Turns) -> None:
    line, over, errors = Lifeline(), threading.Event(), []

    def wait() -> None:
        with line.held():
            try:
                turns.take(lambda: None)
            except TaskWithdrawn as error:
                errors.append(error)

    working = threading.Thread(target=turns.take, args=(lambda: over.wait(30),))
    working.start()
    waiting = threading.Thread(target=wait)
    waiting.start()
    line.end(TaskWithdrawn())
    waiting.join(30)
    assert (len(errors), working.is_alive()) == (1, True)
    over.set()
    working.join()
    assert turns.take(lambda: "free") == "free"


def _until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def test_a_request_does_not_wait_for_ever_for_an_engine_that_works_for_others(engine: Bare) -> None:
    turns, begun, go = Turns(engine, patience_s=0.05), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(30)

    holder = threading.Thread(target=turns.take, args=(work,))
    holder.start()
    assert begun.wait(30)

    with pytest.raises(
        EngineBusy, match=r"^The engine bare was at work for others all the 0\.05 s"
    ) as caught:
        turns.take(lambda: None)
    assert (caught.value.code, caught.value.retry_after_s) == ("engine_busy", 10)

    waited = threading.Thread(target=turns.warm_up)  # what loads models at the start is no request
    waited.start()
    with Lifeline().held():  # nor is a step
        step = threading.Timer(0.2, go.set)
        step.start()
        assert turns.take(lambda: "done") == "done"
    holder.join(30)
    waited.join(30)
    assert turns.take(lambda: "done") == "done", "nobody who gave up holds a place in line"
