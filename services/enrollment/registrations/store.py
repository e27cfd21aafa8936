"""Where registrations by platforms are kept, and how they are found."""

from datetime import timedelta

from services.enrollment.registrations.domain import ApiRegistration
from services.kit.mongo.document import Documents, Stored

KEEP = timedelta(days=1)


class Registrations(Documents[ApiRegistration]):
    """What platforms register, until it is proven."""

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        await self._collection.create_index("state.createdAt", expireAfterSeconds=int(KEEP.total_seconds()))
        await self._collection.create_index("state.handle", sparse=True)

    async def of_handle(self, handle: str) -> Stored[ApiRegistration] | None:
        """The registration whose QR code has that handle."""
        found = await self.find({"state.handle": handle}, limit=1)
        return found[0] if found else None
