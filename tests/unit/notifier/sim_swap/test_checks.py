"""A source that does not answer is left alone for a while, and said to be away once."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.notifier.providers.base import ProviderError, TransientError
from services.notifier.sim_swap.camara import Answer
from services.notifier.sim_swap.checks import SimSwapChecks
from tests.support.builders.challenges import NUMBER
from tests.support.clock import FixedClock


class Source:
    """Answers, or fails as it is told to."""

    def __init__(self) -> None:
        self.fails: ProviderError | None = None
        self.asked: list[str] = []

    async def ask(self, number: str) -> Answer:
        self.asked.append(number)
        if self.fails:
            raise self.fails
        return "unchanged"


class Checking:
    """Checks by a source, and what is counted of them."""

    def __init__(self) -> None:
        self.source, self.clock = Source(), FixedClock()
        self.checks = SimSwapChecks(self.source, self.clock)

    async def found(self, times: int = 1) -> list[str]:
        return [await self.checks.find(NUMBER) for _ in range(times)]


@pytest.fixture
def checking() -> Checking:
    return Checking()


def counted(result: str) -> float:
    return REGISTRY.get_sample_value("security_info_sim_checks_total", {"result": result}) or 0.0


async def test_an_answer_is_handed_on_and_counted(checking: Checking) -> None:
    before = counted("unchanged")
    assert await checking.found() == ["unchanged"]
    assert (checking.source.asked, counted("unchanged") - before) == ([NUMBER], 1)


async def test_after_failures_nobody_is_asked_until_one_check_finds_out(checking: Checking) -> None:
    checking.source.fails = TransientError("HTTP 500")
    before = counted("failed"), counted("skipped")
    assert await checking.found(5) == ["failed"] * 3 + ["skipped"] * 2
    assert (counted("failed") - before[0], counted("skipped") - before[1]) == (3, 2)
    checking.clock.advance(timedelta(seconds=5))
    assert await checking.found(2) == ["failed", "skipped"]
    checking.source.fails = None
    checking.clock.advance(timedelta(seconds=10))
    assert await checking.found(2) == ["unchanged", "unchanged"]


async def test_a_pause_that_was_asked_for_is_kept(checking: Checking) -> None:
    checking.source.fails = TransientError("HTTP 429", retry_after=30)
    assert await checking.found(2) == ["failed", "skipped"]
    checking.source.fails = None
    checking.clock.advance(timedelta(seconds=30))
    assert await checking.found() == ["unchanged"]


async def test_an_outage_is_said_once_and_so_is_its_end_without_the_number(checking: Checking) -> None:
    with capture_logs() as lines:
        checking.source.fails = TransientError("HTTP 500")
        await checking.found(4)
        checking.clock.advance(timedelta(seconds=5))
        await checking.found()
        checking.source.fails = None
        checking.clock.advance(timedelta(seconds=10))
        await checking.found(2)
    assert [line["event"] for line in lines] == ["SIM cards cannot be checked", "SIM cards are checked again"]
    assert NUMBER not in str(lines)
