"""What becomes of a record: handled, skipped, tried again, or put aside."""

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure, ServerSelectionTimeoutError

from schemas.enrollment import EnrollmentStepReached
from schemas.envelope import Envelope
from services.kit.kafka.handlers import EventHandlers
from services.kit.kafka.policy import TRIES, DependencyDownError, Retries, is_dependency_down
from services.kit.kafka.processing import LiveProcessing
from services.kit.kafka.record import Record
from services.kit.telemetry import current_trace_id
from tests.support.events import step


async def no_pause(_: float) -> None:
    return


def record(event: Envelope) -> Record:
    return Record("t.lifecycle", 0, 1, event.key, tuple(event.headers), event.body)


@pytest.mark.parametrize(
    "error", [DependencyDownError(), AutoReconnect("x"), NetworkTimeout("x"), ServerSelectionTimeoutError("x")]
)
def test_a_dependency_costs_no_try(error: Exception) -> None:
    retries = Retries(lambda: 1.0)
    pauses = [retries.wait_after(error) for _ in range(50)]
    assert pauses[:3] == [0.1, 0.2, 0.4]
    assert pauses[-1] == 5.0


def test_a_record_has_five_tries() -> None:
    retries = Retries()
    pauses = [retries.wait_after(ValueError()) for _ in range(TRIES)]
    assert [pause is None for pause in pauses] == [False, False, False, False, True]
    assert sum(pause for pause in pauses if pause) < 3


def test_the_cause_of_an_error_counts() -> None:
    error = ValueError()
    error.__cause__ = AutoReconnect("x")
    assert is_dependency_down(error)
    assert not is_dependency_down(OperationFailure("refused"))


def test_an_event_has_one_handler() -> None:
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def first(_: EnrollmentStepReached, __: Envelope) -> None: ...

    with pytest.raises(ValueError, match="EnrollmentStepReached"):
        handlers.on(EnrollmentStepReached)(first)


async def test_a_handler_works_within_the_trace_of_its_event() -> None:
    traces: list[str] = []
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def note(_: EnrollmentStepReached, __: Envelope) -> None:
        traces.append(current_trace_id() or "")

    event = step("sam", 1, traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    await LiveProcessing(handlers, {}).process(record(event), no_pause)
    assert traces == ["0af7651916cd43dd8448eb211c80319c"]
    assert current_trace_id() is None


async def test_without_a_group_a_failure_is_dropped() -> None:
    tries: list[int] = []
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def fail(_: EnrollmentStepReached, __: Envelope) -> None:
        tries.append(1)
        raise ValueError

    await LiveProcessing(handlers, {}).process(record(step("sam", 1)), no_pause)
    assert tries == [1]
