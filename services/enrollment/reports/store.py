"""Where journeys through the wizard are kept for the funnel."""

from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING

from schemas.enrollment import Decision
from services.enrollment.reports.domain.journey import Journey
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

KEEP = timedelta(days=90)
"""As far back as the report of the funnel looks."""


class Journeys(Documents[Journey]):
    """One journey a session, without the person."""

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        await ensure_index(self._collection, "state.firstAt", expireAfterSeconds=int(KEEP.total_seconds()))
        of_decision = [("state.tenant", ASCENDING), ("state.decision", ASCENDING), ("state.firstAt", DESCENDING)]
        await ensure_index(self._collection, of_decision)

    async def since(self, tenant: str, decision: Decision, moment: datetime, *, limit: int) -> list[Stored[Journey]]:
        """Walks of a tenant that this decision led to, from that moment on, the newest first."""
        criteria = {"state.tenant": tenant, "state.decision": decision, "state.firstAt": {"$gte": moment}}
        return await self.find(criteria, sort=[("state.firstAt", DESCENDING)], limit=limit)
