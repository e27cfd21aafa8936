"""Where notices are kept, and how they are found."""

from datetime import datetime, timedelta

from pymongo import DESCENDING

from services.enrollment.notices.domain import Notice
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

KEEP = timedelta(days=8)
"""Longer than the link of one can be used."""


MOST_SHOWN = 20


class Notices(Documents[Notice]):
    """Notices by the person and by the link."""

    async def prepare(self) -> None:
        await ensure_index(self._collection, "state.tokenHash", unique=True)
        await ensure_index(self._collection, "state.createdAt", expireAfterSeconds=int(KEEP.total_seconds()))

    async def of_device(self, tenant: str, user: str, device_id: str, *, since: datetime) -> list[Notice]:
        """What an app shows, the newest first."""
        of_person = {"state.tenant": tenant, "state.user": user}
        criteria = {**of_person, "state.deviceId": device_id, "state.createdAt": {"$gt": since}}
        found = await self.find(criteria, sort=[("state.createdAt", DESCENDING)], limit=MOST_SHOWN)
        return [stored.state for stored in found]

    async def of_token(self, digest: str) -> Stored[Notice] | None:
        """The notice whose link carries the token with that hash."""
        found = await self.find({"state.tokenHash": digest}, limit=1)
        return found[0] if found else None
