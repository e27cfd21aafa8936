"""The repositories of enrollment, opened on one database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from pymongo import ASCENDING

from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.activity import Activity
from services.enrollment.accounts.store import Accounts, Activities
from services.enrollment.budgets.store import MessageCounts
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.store import Challenges
from services.enrollment.devices.domain import Activation, Device
from services.enrollment.devices.store import Activations, Devices, UsedTokens
from services.enrollment.idempotency.domain import StoredResponse
from services.enrollment.idempotency.store import StoredResponses
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.interrupts.store import Interrupts
from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken
from services.enrollment.methods.hardware_oath.store import HardwareTokens
from services.enrollment.notices.domain import Notice
from services.enrollment.notices.store import Notices
from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.enrollment.policies.store import TenantPolicies
from services.enrollment.pumping.store import SendDecision, SendDecisions, Traffic
from services.enrollment.registrations.domain import ApiRegistration
from services.enrollment.registrations.store import Registrations
from services.enrollment.reports.domain.journey import Journey
from services.enrollment.reports.store import Journeys
from services.kit.clock import Clock
from services.kit.mongo.client import Database
from services.kit.mongo.indexes import ensure_index
from services.kit.mongo.relay import Relay

SOURCE = "enrollment"
REMEMBERED = 1_000
"""Challenges in memory, a few kB each: most are answered soon, and the one after the other in the same process."""
OF_A_PERSON: Mapping[str, str] = {
    "activations": "state.createdAt",
    "challenges": "state.terms.createdAt",
    "devices": "state.createdAt",
    "interrupts": "state.createdAt",
    "notices": "state.createdAt",
    "registrations": "state.createdAt",
}
"""Collections whose documents belong to one person, beside the account and the activity; and since when each exists."""


class Options(TypedDict):
    """What all repositories share."""

    relay: Relay
    clock: Clock
    source: str
    tells: bool


@dataclass(frozen=True)
class Store:
    """One repository an aggregate."""

    database: Database
    accounts: Accounts
    challenges: Challenges
    interrupts: Interrupts
    answers: StoredResponses
    activations: Activations
    devices: Devices
    used_tokens: UsedTokens
    message_counts: MessageCounts
    traffic: Traffic
    send_decisions: SendDecisions
    notices: Notices
    activities: Activities
    registrations: Registrations
    tenant_policies: TenantPolicies
    journeys: Journeys
    hardware_tokens: HardwareTokens

    @classmethod
    def open(cls, database: Database, relay: Relay, clock: Clock) -> "Store":
        """The store in `database`, whose events `relay` publishes."""
        collection = database.collection
        options: Options = {"relay": relay, "clock": clock, "source": SOURCE, "tells": True}
        silent: Options = {**options, "tells": False}
        return cls(
            database=database,
            accounts=Accounts(collection("accounts"), Account, **options),
            challenges=Challenges(
                collection("challenges"),
                Challenge,
                remembers=REMEMBERED,
                is_over=lambda challenge: challenge.status != "pending",
                **options,
            ),
            interrupts=Interrupts(collection("interrupts"), Interrupt, **silent),
            answers=StoredResponses(collection("answers"), StoredResponse, **silent),
            activations=Activations(collection("activations"), Activation, **silent),
            devices=Devices(collection("devices"), Device, **silent),
            notices=Notices(collection("notices"), Notice, **options),
            activities=Activities(collection("activities"), Activity, **silent),
            registrations=Registrations(collection("registrations"), ApiRegistration, **silent),
            tenant_policies=TenantPolicies(collection("policies"), TenantPolicy, **options),
            journeys=Journeys(collection("journeys"), Journey, **silent),
            hardware_tokens=HardwareTokens(collection("hardware_tokens"), HardwareToken, **silent),
            used_tokens=UsedTokens(database),
            message_counts=MessageCounts(database),
            traffic=Traffic(database),
            send_decisions=SendDecisions(collection("send_decisions"), SendDecision, **options),
        )

    async def prepare(self) -> None:
        """Create the indexes; safe to repeat."""
        for repository in (
            self.accounts,
            self.challenges,
            self.interrupts,
            self.answers,
            self.activations,
            self.devices,
            self.used_tokens,
            self.message_counts,
            self.traffic,
            self.send_decisions,
            self.notices,
            self.registrations,
            self.journeys,
            self.hardware_tokens,
        ):
            await repository.prepare()
        for name in OF_A_PERSON.keys() - {"challenges", "devices"}:
            await ensure_index(self.database.collection(name), [("state.tenant", ASCENDING), ("state.user", ASCENDING)])

    async def erase(self, tenant: str, user: str, until: datetime) -> bool:
        """Delete every document of a person but the account itself and the activity; what came after that moment
        belongs to a new life. A challenge that still has something to tell is left: then it is False."""
        of_person = {"state.tenant": tenant, "state.user": user}
        for name, since in sorted(OF_A_PERSON.items()):
            told = {"outbox.0": {"$exists": False}} if name == "challenges" else {}
            await self.database.collection(name).delete_many({**of_person, since: {"$lte": until}, **told})
        left = {**of_person, OF_A_PERSON["challenges"]: {"$lte": until}}
        return await self.database.collection("challenges").count_documents(left) == 0
