"""All that is measured of messages and queues, on a stack that is up."""

from typing import Any

from tests.bench.answer import Told
from tests.bench.client import Tokens
from tests.bench.cycles import callers
from tests.bench.messages.asking import Asking
from tests.bench.messages.hanging import beside_a_hanging_provider
from tests.bench.messages.queues import events_a_second
from tests.bench.messages.texts import cpu_of_a_text
from tests.bench.running import Bench
from tests.faults.push import PushService

CLIENTS = 8


async def measured(bench: Bench, push: PushService, told: Told) -> dict[str, Any]:
    """What a text takes, who waits while its providers hang, and how fast queues are emptied."""
    async with callers(Tokens(bench.platform), CLIENTS) as connected:
        asking = Asking(connected, push)
        text = await cpu_of_a_text(bench, asking)
        told()
        queues = await events_a_second(bench, asking)
        told()
        hanging = await beside_a_hanging_provider(bench, asking)
        told()
    return {"textCpuMilliseconds": text, "hanging": hanging, "queues": queues}
