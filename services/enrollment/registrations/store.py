"""Where registrations by platforms are kept, and how they are found."""

from datetime import timedelta

from services.enrollment.registrations.domain import ApiRegistration
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

KEEP = timedelta(days=1)


class Registrations(Documents[ApiRegistration]):
    """What platforms register, until it is proven."""

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        await ensure_index(self._collection, "state.createdAt", expireAfterSeconds=int(KEEP.total_seconds()))
        await ensure_index(self._collection, "state.handle", sparse=True)

    async def of_handle(self, handle: str) -> Stored[ApiRegistration] | None:
        """The registration whose QR code has that handle."""
        found = await self.find({"state.handle": handle}, limit=1)
        return found[0] if found else None
