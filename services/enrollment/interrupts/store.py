"""Where interrupts are kept, and how they are found."""

from datetime import timedelta

from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

KEEP = timedelta(days=30)
"""From their beginning: by then each has ended long ago, also those whose ticket nobody used."""


class Interrupts(Documents[Interrupt]):
    """The questions of platforms."""

    async def prepare(self) -> None:
        await ensure_index(
            self._collection,
            "state.ticketHash",
            name="tickets",
            unique=True,
            partialFilterExpression={"state.ticketHash": {"$gt": ""}},  # with $type no question would use it
        )
        await ensure_index(self._collection, "state.createdAt", expireAfterSeconds=int(KEEP.total_seconds()))

    async def of_ticket(self, ticket_hash: str) -> Stored[Interrupt] | None:
        """The interrupt whose ticket has that hash."""
        found = await self.find({"state.ticketHash": ticket_hash}, limit=1)
        return found[0] if found else None
