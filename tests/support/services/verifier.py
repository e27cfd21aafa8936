"""A bench for the verifier: the service in this process, and enrollment's side of the topics."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import SecretStr

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.topics import SUBMISSIONS, VERDICTS, Topic
from schemas.verification import ChallengeTerms, MethodVerified, VerificationFailed
from services.kit.clock import SystemClock
from services.kit.kafka.broker import EventBroker, EventHandlers
from services.kit.service import Service
from services.kit.settings import ServiceSettings
from services.verifier.app import assemble
from services.verifier.domain.challenge import Challenge, challenge_id
from services.verifier.domain.credential import Credential, credential_id
from services.verifier.methods.base import Submission
from services.verifier.settings import VerifierSettings
from services.verifier.store import Store
from tests.support.builders.challenges import TENANT, enveloped, submitted, terms
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.servers.kafka import event_broker, running
from tests.support.waiting import until

LIFE = timedelta(minutes=5)


@dataclass
class Bench:
    """A verifier at work, and enrollment's side of the topics."""

    enrollment: EventBroker
    verifier: Service
    user: str
    verdicts: list[Envelope] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """What the verifier keeps."""
        return store_of(self.verifier)

    async def say(self, topic: Topic, event: Event, challenge_id: str) -> Envelope:
        """Publish as enrollment would."""
        envelope = enveloped(event, challenge_id, user=self.user)
        await self.enrollment.publish(topic, envelope)
        return envelope

    async def guess(self, of: ChallengeTerms, codes: Sequence[str]) -> None:
        """Submit all of them at once."""
        await asyncio.gather(
            *(
                self.say(
                    SUBMISSIONS, submitted(of, code, user=self.user, at=self.verifier.clock.now()), of.challenge_id
                )
                for code in codes
            )
        )

    def events(self) -> list[Event]:
        """What the verifier said of this person, in order, each once."""
        unique = {verdict.id: verdict for verdict in self.verdicts if verdict.subject == self.user}
        return [verdict.event for verdict in unique.values()]

    def reasons(self) -> dict[str, int]:
        """How often each reason was given; `verified` for the right one."""
        counts: dict[str, int] = defaultdict(int)
        for event in self.events():
            match event:
                case VerificationFailed():
                    counts[event.reason] += 1
                case MethodVerified():
                    counts["verified"] += 1
                case _:
                    counts[type(event).__name__] += 1
        return dict(counts)

    async def challenge(self, of: ChallengeTerms) -> Challenge | None:
        """The challenge as it is stored."""
        stored = await self.store.challenges.get(challenge_id(TENANT, of.challenge_id))
        return stored.state if stored else None

    async def credential(self, method_id: str) -> Credential | None:
        """What is kept of a method."""
        stored = await self.store.credentials.get(credential_id(TENANT, self.user, method_id))
        return stored.state if stored else None

    async def judged(self, event: Submission) -> Event:
        """The verdict on one submission to a challenge of its own."""
        assert isinstance(event, Event)
        await self.say(SUBMISSIONS, event, event.terms.challenge_id)
        await until(lambda: self.has_verdict(event.terms))
        return self.events()[-1]

    async def is_cancelled(self, of: ChallengeTerms) -> bool:
        """Whether its cancellation has arrived."""
        challenge = await self.challenge(of)
        return challenge is not None and challenge.status == "cancelled"

    def has_verdict(self, of: ChallengeTerms) -> bool:
        """Whether a proof of this challenge was judged."""
        judged = (event for event in self.events() if isinstance(event, VerificationFailed | MethodVerified))
        return any(event.challenge_id == of.challenge_id for event in judged)

    async def told(self, count: int, within: float = 30.0) -> list[Event]:
        """So many verdicts have come."""
        await until(lambda: len(self.events()) >= count, within)
        return self.events()


def verifier_settings(settings: ServiceSettings, mongodb_url: str) -> VerifierSettings:
    """The verifier's settings beside the broker's."""
    return VerifierSettings.model_validate(
        settings.model_dump() | {"mongodb_url": SecretStr(mongodb_url), "keyring": settings.keyring}
    )


def store_of(verifier: Service) -> Store:
    """What a verifier keeps."""
    return Store.open(verifier.database, verifier.relay, verifier.clock)


@asynccontextmanager
async def verifying(
    settings: VerifierSettings, clock: FixedClock | SystemClock | None = None
) -> AsyncIterator[Service]:
    """A verifier in this process."""
    service = assemble(settings, keyring("verifier"), clock or SystemClock())
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


@asynccontextmanager
async def listening(settings: ServiceSettings, verifier: Service) -> AsyncIterator[Bench]:
    """Enrollment's broker, which hears every verdict."""
    heard = EventHandlers()
    bench = Bench(event_broker(settings), verifier, f"user-{uuid4().hex[:12]}")

    async def hear(_: Event, envelope: Envelope) -> None:
        bench.verdicts.append(envelope)

    for event in VERDICTS.events:
        heard.on(event)(hear)
    bench.enrollment.subscribe([VERDICTS], heard, group="bench")
    async with running(bench.enrollment):
        yield bench


@asynccontextmanager
async def benched(settings: ServiceSettings, mongodb_url: str) -> AsyncIterator[Bench]:
    """A verifier that is ready."""
    async with verifying(verifier_settings(settings, mongodb_url)) as service, listening(settings, service) as made:
        await until(service.broker.ready)
        await until(service.preparation.ready)
        yield made


def now() -> datetime:
    return SystemClock().now()


def asked(*, session: str | None = None, life: timedelta = LIFE, max_attempts: int = 5) -> ChallengeTerms:
    """A challenge that begins now."""
    return terms(uuid4().hex, session_id=session, created_at=now(), life=life, max_attempts=max_attempts)
