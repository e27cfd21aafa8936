"""Messages counted on a real database: by many at once, and by replicas that know nothing of each other."""

import asyncio

from services.kit.config.messages import Budget
from services.kit.mongo.client import Database
from tests.support.in_memory.counting import MessageCountsBehaviour, organisation_on


class TestMessageCounts(MessageCountsBehaviour):
    """On the real one."""


async def test_of_20_sign_ins_at_once_as_many_send_a_message_as_the_budget_has(database: Database) -> None:
    async with organisation_on(database) as organisation:
        organisation.limit(number=Budget(messages="5/day", registration=1, password_reset=1))
        users = [await organisation.person(f"user-{number}") for number in range(20)]
        waits = await asyncio.gather(*(organisation.asks(user) for user in users))
        assert waits.count(0) == 5
        assert len(await organisation.store.challenges.find({})) == 5
