"""What a service does before it is ready, and what it says while it is not."""

import pytest
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError
from structlog.testing import capture_logs

from services.kit.mongo.prepare import NotPreparedError, Preparation
from services.kit.mongo.reading import UnreadableDocumentError
from tests.support.waiting import until


class Steps:
    """Fails with each of these in turn, and then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.said: list[bool | str] = []
        self.preparation = Preparation(first_wait=0.001)
        self.preparation.steps.append(self.step)

    async def step(self) -> None:
        self.said.append(await self.preparation.check())
        if self.failures:
            raise self.failures.pop(0)


async def test_whatever_a_step_fails_with_it_is_tried_again_and_said_once_with_a_remedy() -> None:
    gone = ServerSelectionTimeoutError("mongodb://user:hunter2@db")
    steps = Steps(
        gone, gone, OperationFailure("not authorized", 13), ValueError("hunter2"), UnreadableDocumentError("t")
    )
    assert await steps.preparation.check() == "not begun"
    with capture_logs() as lines:
        steps.preparation.start()
        await until(steps.preparation.ready)
    assert await steps.preparation.check() is True
    await steps.preparation.require()
    assert steps.said == [
        "Steps.step: under way",
        "Steps.step: ServerSelectionTimeoutError",
        "Steps.step: ServerSelectionTimeoutError",
        "Steps.step: OperationFailure 13",
        "Steps.step: ValueError",
        "Steps.step: UnreadableDocumentError",
    ]
    told = [(line["reason"], " ".join(line["remedy"].split()[:2])) for line in lines]
    assert told == [
        ("ServerSelectionTimeoutError", "see that"),
        ("OperationFailure 13", "give the"),
        ("ValueError", "a mistake"),
        ("UnreadableDocumentError", "a newer"),
    ]
    assert "hunter2" not in str(lines)


async def test_until_then_nobody_reads_or_writes() -> None:
    with pytest.raises(NotPreparedError):
        await Preparation().require()
