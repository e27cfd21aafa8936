"""Where the responses to idempotent requests are kept."""

from datetime import timedelta

from services.enrollment.idempotency.domain import StoredResponse
from services.kit.mongo.document import Documents
from services.kit.mongo.indexes import ensure_index

KEEP = timedelta(hours=24)


class StoredResponses(Documents[StoredResponse]):
    """Sealed responses by the keyed hash of their `Idempotency-Key`."""

    async def prepare(self) -> None:
        await ensure_index(self._collection, "state.startedAt", expireAfterSeconds=int(KEEP.total_seconds()))
