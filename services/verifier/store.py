"""Where the verifier keeps its counters and credentials, and how they are found."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING

from services.kit.clock import Clock
from services.kit.mongo.client import Database
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index
from services.kit.mongo.relay import Relay
from services.verifier.domain.authenticator import Authenticator
from services.verifier.domain.challenge import Challenge
from services.verifier.domain.credential import Credential
from services.verifier.domain.session import SessionTries

SOURCE = "verifier"
KEEP_ENDED = timedelta(days=1)
REMEMBERED = 2_000
"""Challenges in memory, a few kB each: whoever opens one is answered soon, most often in the same process."""
KEEP_REMOVED = timedelta(days=8)
"""Longer than a removed method can be restored."""

KEEP_UNCLAIMED = timedelta(days=14)
"""As long as dead letters are kept: who hears of a registration so late must still find what proves it."""


@dataclass(frozen=True)
class Store:
    challenges: Documents[Challenge]
    authenticators: Documents[Authenticator]
    sessions: Documents[SessionTries]
    credentials: Documents[Credential]
    database: Database

    @classmethod
    def open(cls, database: Database, relay: Relay, clock: Clock) -> "Store":
        """The store in `database`, whose events `relay` publishes."""
        return cls(
            Documents(
                database.collection("challenges"),
                Challenge,
                relay=relay,
                clock=clock,
                source=SOURCE,
                remembers=REMEMBERED,
                is_over=lambda challenge: challenge.status != "pending",
            ),
            Documents(database.collection("authenticators"), Authenticator, relay=relay, clock=clock, source=SOURCE),
            Documents(
                database.collection("sessions"), SessionTries, relay=relay, clock=clock, source=SOURCE, tells=False
            ),
            Documents(
                database.collection("credentials"), Credential, relay=relay, clock=clock, source=SOURCE, tells=False
            ),
            database,
        )

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat. Those with a time only delete what ended a day ago, was removed long
        ago, or was never claimed."""
        challenges, sessions = self.database.collection("challenges"), self.database.collection("sessions")
        kept = int(KEEP_ENDED.total_seconds())
        await ensure_index(challenges, [("state.status", ASCENDING), ("state.terms.expiresAt", ASCENDING)])
        await ensure_index(challenges, "state.endedAt", expireAfterSeconds=kept)
        await ensure_index(challenges, [("state.tenant", ASCENDING), ("state.user", ASCENDING)])
        await ensure_index(sessions, "state.touchedAt", expireAfterSeconds=kept)
        removed = int(KEEP_REMOVED.total_seconds())
        credentials, unclaimed = self.database.collection("credentials"), int(KEEP_UNCLAIMED.total_seconds())
        await ensure_index(credentials, "state.removedAt", expireAfterSeconds=removed)
        await ensure_index(credentials, "state.unclaimedSince", expireAfterSeconds=unclaimed)

    def overdue(self, now: datetime) -> AsyncIterator[Stored[Challenge]]:
        """Open challenges whose time is over, the oldest first."""
        criteria = {"state.status": "pending", "state.terms.expiresAt": {"$lte": now}}
        return self.challenges.each(criteria, sort=[("state.terms.expiresAt", ASCENDING)])

    async def erase(self, tenant: str, user: str, until: datetime) -> None:
        """Delete all documents of a person; safe to repeat. What came after that moment belongs to a new life, but
        counters begin anew."""
        of_person = {"state.tenant": tenant, "state.user": user}
        named_after_person = {"_id": {"$regex": f"^{re.escape(f'{tenant}/{user}/')}"}}
        collection = self.database.collection
        await collection("challenges").delete_many({**of_person, "state.openedAt": {"$lte": until}})
        await collection("credentials").delete_many({**named_after_person, "state.boundAt": {"$lte": until}})
        for name in ("authenticators", "sessions"):
            await collection(name).delete_many(named_after_person)
