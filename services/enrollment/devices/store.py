"""Where devices, their activations and the ids of used tokens are kept."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

from services.enrollment.devices.domain import Activation, Device
from services.kit.mongo.client import Database
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

KEEP_ACTIVATIONS = timedelta(days=1)
KEEP_REMOVED = timedelta(days=8)
"""As long as a removed method may come back."""
KEEP_UNPROVEN = timedelta(days=1)
"""Longer than a method can be set up."""
KEEP_TOKEN_IDS = timedelta(minutes=10)
"""Longer than any token of a device is accepted."""


class Activations(Documents[Activation]):
    """QR codes, by their handle."""

    async def prepare(self) -> None:
        await ensure_index(
            self._collection, "state.createdAt", expireAfterSeconds=int(KEEP_ACTIVATIONS.total_seconds())
        )


class Devices(Documents[Device]):
    """Authenticator apps with their keys."""

    async def prepare(self) -> None:
        await ensure_index(self._collection, [("state.tenant", ASCENDING), ("state.user", ASCENDING)])
        await ensure_index(self._collection, [("state.provenAt", ASCENDING), ("state.createdAt", ASCENDING)])
        await ensure_index(self._collection, "state.removedAt", expireAfterSeconds=int(KEEP_REMOVED.total_seconds()))

    async def of_method(self, tenant: str, user: str, method_id: str) -> list[Stored[Device]]:
        return await self.find({"state.tenant": tenant, "state.user": user, "state.methodId": method_id})

    async def of_person(self, tenant: str, user: str) -> list[Stored[Device]]:
        return await self.find({"state.tenant": tenant, "state.user": user})

    async def known(self, ids: Sequence[str]) -> frozenset[str]:
        """Which of these are there, neither removed nor suspended."""
        criteria = {"_id": {"$in": list(ids)}, "state.removedAt": None, "state.suspendedAt": None}
        return frozenset([document["_id"] async for document in self._collection.find(criteria, {"_id": 1})])

    def unproven(self, now: datetime) -> AsyncIterator[Stored[Device]]:
        """Devices that connected long ago, and of whose method nothing is noted; those of before that was noted."""
        long_ago = {"state.createdAt": {"$lte": now - KEEP_UNPROVEN}}
        return self.each({"state.provenAt": None, "state.removedAt": None, **long_ago})

    async def since(self, tenant: str, user: str, moment: datetime) -> list[Stored[Device]]:
        """Devices of a person that were connected after a moment and are not gone."""
        of_person = {"state.tenant": tenant, "state.user": user, "state.removedAt": None}
        return await self.find({**of_person, "state.createdAt": {"$gt": moment}})


class UsedTokens:
    """The ids of tokens that devices presented: each is good once."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection("used_tokens")

    async def prepare(self) -> None:
        await ensure_index(self._collection, "at", expireAfterSeconds=int(KEEP_TOKEN_IDS.total_seconds()))

    async def first_use(self, token_id: str, now: datetime) -> bool:
        """Whether a token with this id was never presented before; from now on it was."""
        try:
            await self._collection.insert_one({"_id": token_id, "at": now})
        except DuplicateKeyError:
            return False
        return True
