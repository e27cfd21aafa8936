"""Where the tokens of the organisations are kept, and how they are found."""

from pymongo import ASCENDING

from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index


class HardwareTokens(Documents[HardwareToken]):
    """Tokens, by tenant and serial number."""

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        await ensure_index(self._collection, [("state.tenant", ASCENDING), ("state.id", ASCENDING)], unique=True)
        await ensure_index(self._collection, [("state.tenant", ASCENDING), ("state.user", ASCENDING)])
        for name in ("state.claim.methodId", "state.methodId"):
            await ensure_index(self._collection, name, sparse=True)

    async def known_as(self, tenant: str, identifier: str) -> Stored[HardwareToken] | None:
        """The token with that id."""
        found = await self.find({"state.tenant": tenant, "state.id": identifier}, limit=1)
        return found[0] if found else None

    async def in_stock(self, tenant: str, after: str, limit: int) -> list[Stored[HardwareToken]]:
        """Tokens of an organisation behind an id, in the order of their ids, which is that of their import."""
        criteria = {"state.tenant": tenant, "state.id": {"$gt": after}}
        return await self.find(criteria, sort=[("state.id", ASCENDING)], limit=limit)

    async def of_person(self, tenant: str, user: str) -> list[Stored[HardwareToken]]:
        return await self.find({"state.tenant": tenant, "state.user": user}, sort=[("state.id", ASCENDING)])

    async def of_method(self, tenant: str, method_id: str) -> Stored[HardwareToken] | None:
        """The one that is that method, or is being set up as it."""
        either = [{"state.methodId": method_id}, {"state.claim.methodId": method_id}]
        found = await self.find({"state.tenant": tenant, "$or": either}, limit=1)
        return found[0] if found else None

    async def claimed_as(self, tenant: str, method_id: str) -> Stored[HardwareToken] | None:
        """The one that is being set up as that method."""
        found = await self.find({"state.tenant": tenant, "state.claim.methodId": method_id}, limit=1)
        return found[0] if found else None
