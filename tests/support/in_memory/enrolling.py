"""Enrollment's repositories in memory, and Sam in a session, for tests of use cases."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from schemas.base import Event
from services.enrollment.accounts.domain.account import Account, Method, Profile
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.sessions.domain.session import Session
from services.enrollment.sessions.principal import Principal
from services.enrollment.store import Store
from services.kit.clock import Clock
from services.kit.mongo.relay import Relay
from tests.support.clock import NOON
from tests.support.in_memory.memory import MemoryDatabase
from tests.support.in_memory.publishing import NotingPublisher

E = TypeVar("E", bound=Event)


class Outbox:
    """A store in memory, and what was published of its outboxes."""

    def __init__(self, store: Store, relay: Relay, publisher: NotingPublisher) -> None:
        self.store = store
        self._relay = relay
        self._publisher = publisher

    async def published(self, event_type: type[E]) -> list[E]:
        """All events of that type, once nothing waits any more."""
        await self._relay.stop()
        events = [envelope.event for envelope in self._publisher.published]
        return [event for event in events if isinstance(event, event_type)]

    async def put(self, *, account: Account, challenge: Challenge | None = None) -> None:
        """As if it had been there before."""
        await self.store.accounts.insert(account.id, account)
        if challenge:
            await self.store.challenges.insert(challenge.id, challenge)


@asynccontextmanager
async def outbox(clock: Clock) -> AsyncIterator[Outbox]:
    """Until the test is over."""
    publisher = NotingPublisher()
    relay = Relay(publisher, clock)
    yield Outbox(Store.open(MemoryDatabase(), relay, clock), relay, publisher)
    await relay.stop()


def sam_at(step: str, *methods: Method, requested: Challenge | None = None) -> Principal:
    """Sam, at a step of the wizard, with these methods on file; `requested` is what that step asks."""
    session = Session(
        id="0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10",
        intent="signIn",
        decision="register",
        plan=("phone",),
        step=step,
        requested=requested,
        cookie_hash="hash",
        return_url="https://app.example/",
        started_at=NOON,
        expires_at=NOON + timedelta(minutes=15),
    )
    nobody = Profile(user_principal_name="sam@northbridge.example", display_name="Sam")
    account = Account(
        tenant="northbridge", user="sam", profile=nobody, methods=methods, sessions=(session,), created_at=NOON
    )
    return Principal(account, session)
