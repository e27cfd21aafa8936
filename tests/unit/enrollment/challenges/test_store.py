"""Which challenges a process keeps in memory."""

from services.enrollment.store import Store
from services.kit.mongo.recent import MOST_BRIEFLY
from services.kit.mongo.relay import Relay
from tests.support.clock import FixedClock
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher
from tests.unit.enrollment.builders import texted


async def test_of_those_that_ended_only_the_last_are_kept() -> None:
    clock = FixedClock()
    store = Store.open(MemoryDatabase(), Relay(NotingPublisher(), clock), clock)
    await store.challenges.insert("open", texted())
    for number in range(MOST_BRIEFLY + 1):
        await store.challenges.insert(f"ended-{number}", texted(status="verified"))
    known = [name for name in ("open", "ended-0", "ended-1") if store.challenges.recall(name)]
    assert known == ["open", "ended-1"]
