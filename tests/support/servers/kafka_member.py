"""A member of a consumer group to be killed: `python -m tests.support.servers.kafka_member URL PREFIX`.

Prints `user number` for each event; the handler of user `stall` never ends.
"""

import asyncio
import sys

from schemas.enrollment import EnrollmentStepReached
from schemas.envelope import Envelope
from schemas.topics import LIFECYCLE
from services.kit.kafka.broker import EventHandlers
from tests.support.servers.kafka import event_broker, settings_for


async def main(url: str, prefix: str) -> None:
    """Consume until killed."""
    handlers = EventHandlers()

    @handlers.on(EnrollmentStepReached)
    async def tell(_: EnrollmentStepReached, envelope: Envelope) -> None:
        sys.stdout.write(f"{envelope.subject} {envelope.sequence}\n")
        sys.stdout.flush()
        if envelope.subject == "stall":
            await asyncio.Event().wait()

    broker = event_broker(settings_for(url, prefix))
    broker.subscribe([LIFECYCLE], handlers, group="crash")
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
