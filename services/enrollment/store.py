"""Where enrollment keeps its aggregates, and how they are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING
from pymongo.errors import DuplicateKeyError

from schemas.enrollment import Decision
from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.accounts.domain.activity import Activity
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.idempotency.domain import Answer
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.notices.domain import Notice
from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.enrollment.registrations.domain import ApiRegistration
from services.enrollment.reports.domain.journey import Journey
from services.kit.clock import Clock
from services.kit.mongo.client import Database
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.relay import Relay

SOURCE = "enrollment"
KEEP_ENDED_CHALLENGES = timedelta(days=1)
KEEP_TOKEN_IDS = timedelta(minutes=10)
"""Longer than any token of a device is accepted."""
KEEP_ANSWERS = timedelta(hours=24)
KEEP_INTERRUPTS = timedelta(days=30)
"""From their beginning: by then each has ended long ago, also those whose ticket nobody used."""
KEEP_JOURNEYS = timedelta(days=90)
"""As far back as the report of the funnel looks."""
KEEP_NOTICES = timedelta(days=8)
"""Longer than the link of one can be used."""
OF_A_PERSON: Mapping[str, str] = {
    "activations": "state.createdAt",
    "challenges": "state.terms.createdAt",
    "devices": "state.createdAt",
    "interrupts": "state.createdAt",
    "notices": "state.createdAt",
    "registrations": "state.createdAt",
}
"""Collections whose documents belong to one person, beside the account and the activity; and since when each exists."""
SWEEP_LIMIT = 200
AFTER_THE_SLASH = chr(ord("/") + 1)
"""Ends the ids of one tenant's accounts, `{tenant}/{user}`, as an order of strings."""
GRACE = timedelta(seconds=60)
"""How long the verifier may take to say that a challenge expired before enrollment says so itself."""


@dataclass(frozen=True)
class Store:
    """The aggregates of this service, and the answers that are given once."""

    database: Database
    accounts: Documents[Account]
    challenges: Documents[Challenge]
    interrupts: Documents[Interrupt]
    answers: Documents[Answer]
    activations: Documents[Activation]
    devices: Documents[Device]
    notices: Documents[Notice]
    activities: Documents[Activity]
    registrations: Documents[ApiRegistration]
    policies: Documents[TenantPolicy]
    journeys: Documents[Journey]

    @classmethod
    def open(cls, database: Database, relay: Relay, clock: Clock) -> "Store":
        """The store in `database`, whose events `relay` publishes."""
        return cls(
            database,
            Documents(database.collection("accounts"), Account, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("challenges"), Challenge, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("interrupts"), Interrupt, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("answers"), Answer, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("activations"), Activation, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("devices"), Device, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("notices"), Notice, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("activities"), Activity, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("registrations"), ApiRegistration, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("policies"), TenantPolicy, relay=relay, clock=clock, source=SOURCE),
            Documents(database.collection("journeys"), Journey, relay=relay, clock=clock, source=SOURCE),
        )

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        accounts, challenges = self.database.collection("accounts"), self.database.collection("challenges")
        interrupts = self.database.collection("interrupts")
        answers = self.database.collection("answers")
        await answers.create_index("state.startedAt", expireAfterSeconds=int(KEEP_ANSWERS.total_seconds()))
        await accounts.create_index([("state.nextDeadline", ASCENDING)], sparse=True)
        await accounts.create_index([("state.tenant", ASCENDING), ("state.profile.userPrincipalName", ASCENDING)])
        activations, used = self.database.collection("activations"), self.database.collection("used_tokens")
        await activations.create_index("state.createdAt", expireAfterSeconds=int(KEEP_ENDED_CHALLENGES.total_seconds()))
        await used.create_index("at", expireAfterSeconds=int(KEEP_TOKEN_IDS.total_seconds()))
        await challenges.create_index("state.terms.push.deviceId", sparse=True)
        await challenges.create_index("state.standsFor", sparse=True)
        await challenges.create_index(
            "state.hosting.ticketHash",
            name="tickets",
            unique=True,
            partialFilterExpression={"state.hosting.ticketHash": {"$type": "string"}},
        )
        notices, devices = self.database.collection("notices"), self.database.collection("devices")
        registrations = self.database.collection("registrations")
        await notices.create_index("state.tokenHash", unique=True)
        await notices.create_index("state.createdAt", expireAfterSeconds=int(KEEP_NOTICES.total_seconds()))
        await devices.create_index([("state.tenant", ASCENDING), ("state.user", ASCENDING)])
        await devices.create_index("state.removedAt", expireAfterSeconds=int(KEEP_NOTICES.total_seconds()))
        await registrations.create_index(
            "state.createdAt", expireAfterSeconds=int(KEEP_ENDED_CHALLENGES.total_seconds())
        )
        await registrations.create_index("state.handle", sparse=True)
        for name in OF_A_PERSON.keys() - {"devices"}:
            await self.database.collection(name).create_index([("state.tenant", ASCENDING), ("state.user", ASCENDING)])
        await challenges.create_index([("state.status", ASCENDING), ("state.terms.expiresAt", ASCENDING)])
        await challenges.create_index("state.endedAt", expireAfterSeconds=int(KEEP_ENDED_CHALLENGES.total_seconds()))
        await interrupts.create_index(
            "state.ticketHash",
            name="tickets",
            unique=True,
            partialFilterExpression={"state.ticketHash": {"$type": "string"}},
        )
        await interrupts.create_index("state.createdAt", expireAfterSeconds=int(KEEP_INTERRUPTS.total_seconds()))

        journeys = self.database.collection("journeys")
        await journeys.create_index("state.firstAt", expireAfterSeconds=int(KEEP_JOURNEYS.total_seconds()))
        of_decision = [("state.tenant", ASCENDING), ("state.decision", ASCENDING), ("state.firstAt", DESCENDING)]
        await journeys.create_index(of_decision)

    async def interrupt_of_ticket(self, ticket_hash: str) -> Stored[Interrupt] | None:
        """The interrupt whose ticket has that hash."""
        found = await self.interrupts.find({"state.ticketHash": ticket_hash}, limit=1)
        return found[0] if found else None

    async def accounts_with_overdue_sessions(self, now: datetime) -> list[Stored[Account]]:
        """Accounts with a session whose time ran out."""
        return await self.accounts.find({"state.nextDeadline": {"$lte": now}}, limit=SWEEP_LIMIT)

    async def accounts_after(
        self, tenant: str, user: str, user_principal_name: str | None, *, limit: int
    ) -> list[Stored[Account]]:
        """Accounts of a tenant whose user id sorts after that one, in this order; of one name, if it is given. Erased
        ones are not among them."""
        bounds = {"$gt": account_id(tenant, user), "$lt": f"{tenant}{AFTER_THE_SLASH}"}
        named = {"state.tenant": tenant, "state.profile.userPrincipalName": user_principal_name}
        criteria = {"_id": bounds, "state.erasedAt": None} | (named if user_principal_name is not None else {})
        return await self.accounts.find(criteria, sort=[("_id", ASCENDING)], limit=limit)

    async def journeys_since(
        self, tenant: str, decision: Decision, moment: datetime, *, limit: int
    ) -> list[Stored[Journey]]:
        """Journeys of a tenant that this decision led to, from that moment on, the newest first."""
        criteria = {"state.tenant": tenant, "state.decision": decision, "state.firstAt": {"$gte": moment}}
        return await self.journeys.find(criteria, sort=[("state.firstAt", DESCENDING)], limit=limit)

    async def requests_of_device(self, device_id: str) -> list[Stored[Challenge]]:
        """Challenges that a device may still answer, newest first; expired ones among them."""
        pending = {"state.terms.push.deviceId": device_id, "state.status": "pending"}
        return await self.challenges.find(pending, sort=[("_id", DESCENDING)], limit=20)

    async def devices_of_method(self, tenant: str, user: str, method_id: str) -> list[Stored[Device]]:
        """The device of a method; at most one by construction."""
        return await self.devices.find({"state.tenant": tenant, "state.user": user, "state.methodId": method_id})

    async def notice_of_token(self, digest: str) -> Stored[Notice] | None:
        """The notice whose link carries the token with that hash."""
        found = await self.notices.find({"state.tokenHash": digest}, limit=1)
        return found[0] if found else None

    async def registration_of_handle(self, handle: str) -> Stored[ApiRegistration] | None:
        """The registration by a platform whose QR code has that handle."""
        found = await self.registrations.find({"state.handle": handle}, limit=1)
        return found[0] if found else None

    async def pending_challenges(self, tenant: str, user: str, method_id: str | None = None) -> list[Stored[Challenge]]:
        """Challenges of a person, or on one method, that nobody answered yet; expired ones among them."""
        of_person = {"state.tenant": tenant, "state.user": user, "state.status": "pending"}
        return await self.challenges.find(of_person | ({"state.terms.methodId": method_id} if method_id else {}))

    async def challenge_of_ticket(self, ticket_hash: str) -> Stored[Challenge] | None:
        """The challenge whose ticket has that hash."""
        found = await self.challenges.find({"state.hosting.ticketHash": ticket_hash}, limit=1)
        return found[0] if found else None

    async def challenges_standing_for(self, challenge_id: str) -> list[Stored[Challenge]]:
        """All challenges of a verification on our page, the first one among them."""
        return await self.challenges.find({"state.standsFor": challenge_id})

    async def pausing_challenges(self, tenant: str, user: str, now: datetime) -> list[Stored[Challenge]]:
        """Challenges of a person whose failures pause a method still, the longest pause last."""
        criteria = {"state.tenant": tenant, "state.user": user, "state.retryAt": {"$gt": now}}
        return await self.challenges.find(criteria, sort=[("state.retryAt", ASCENDING)])

    async def devices_since(self, tenant: str, user: str, moment: datetime) -> list[Stored[Device]]:
        """Devices of a person that were connected after a moment and are not gone."""
        of_person = {"state.tenant": tenant, "state.user": user, "state.removedAt": None}
        return await self.devices.find({**of_person, "state.createdAt": {"$gt": moment}})

    async def erase(self, tenant: str, user: str, until: datetime) -> None:
        """Delete every document of a person but the account itself and the activity; what came after that moment
        belongs to a new life."""
        of_person = {"state.tenant": tenant, "state.user": user}
        for name, since in sorted(OF_A_PERSON.items()):
            await self.database.collection(name).delete_many({**of_person, since: {"$lte": until}})

    async def first_use(self, token_id: str, now: datetime) -> bool:
        """Whether a token with this id was never presented before; from now on it was."""
        try:
            await self.database.collection("used_tokens").insert_one({"_id": token_id, "at": now})
        except DuplicateKeyError:
            return False
        return True

    async def overdue_challenges(self, now: datetime) -> list[Stored[Challenge]]:
        """Challenges that the verifier should have ended by now."""
        overdue = {"state.status": "pending", "state.terms.expiresAt": {"$lte": now - GRACE}}
        return await self.challenges.find(overdue, limit=SWEEP_LIMIT)
