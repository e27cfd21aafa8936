"""A verifier without Kafka and database: its real handlers over documents in memory."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from pydantic import BaseModel, SecretStr

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.verification import MethodVerified, VerificationFailed
from services.kit.decision import Change, Emission
from services.kit.mongo.client import Database
from services.kit.mongo.document import (
    AlreadyHandledError,
    Documents,
    DuplicateDocumentError,
    StaleDocumentError,
    Stored,
)
from services.kit.mongo.recent import Recent
from services.verifier.domain.authenticator import Authenticator
from services.verifier.domain.challenge import Challenge
from services.verifier.domain.credential import Credential, credential_id
from services.verifier.domain.session import SessionTries
from services.verifier.handlers.judging import judge_submission
from services.verifier.methods.base import Submission
from services.verifier.methods.registry import Methods, known_methods
from services.verifier.methods.slow_hash import SlowHash
from services.verifier.store import Store
from tests.support.builders.challenges import TENANT, USER, enveloped
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.servers.kafka import settings_for

S = TypeVar("S", bound=BaseModel)


def quick_hash() -> SlowHash:
    """argon2id with the least that it takes."""
    cheapest = PasswordHasher.from_parameters(CHEAPEST)
    return SlowHash(cheapest, cheapest)


class MemoryDocuments(Documents[S]):
    """Documents of one process; what they emit goes to `told`."""

    def __init__(self, told: list[Event]) -> None:
        self.kept: dict[str, Stored[S]] = {}
        self._recent = Recent(0)
        self._told = told

    async def get(self, document_id: str) -> Stored[S] | None:
        return self.kept.get(document_id)

    async def insert(
        self,
        document_id: str,
        state: S,
        emissions: Sequence[Emission] = (),
        cause: Envelope | None = None,
        *,
        follows: Envelope | None = None,  # same shape
    ) -> Stored[S]:
        if document_id in self.kept:
            raise DuplicateDocumentError(document_id)
        return self._put(Stored(document_id, 0, state), state, emissions, cause)

    async def save(
        self,
        stored: Stored[S],
        state: S,
        emissions: Sequence[Emission] = (),
        cause: Envelope | None = None,
        *,
        follows: Envelope | None = None,  # same shape
    ) -> Stored[S]:
        if cause and cause.id in stored.inbox:
            raise AlreadyHandledError(cause.id)
        if self.kept.get(stored.id, stored).version != stored.version:
            raise StaleDocumentError(stored.id)
        return self._put(stored, state, emissions, cause)

    async def suppose(
        self, document_id: str, supposed: S, decide: Callable[[S], Change[S]], *, apart_from: Set[str] = frozenset()
    ) -> Stored[S] | None:
        stored, change = self.kept.get(document_id), decide(supposed)
        if stored is None or change.emissions:
            return None
        before, after, said = (state.model_dump(by_alias=True) for state in (supposed, change.state, stored.state))
        if any(said[name] != value for name, value in before.items() if name not in apart_from):
            return None
        changed = {name: value for name, value in after.items() if value != before[name]}
        return self._put(stored, type(supposed).model_validate(said | changed), (), None) if changed else None

    def _put(self, stored: Stored[S], state: S, emissions: Sequence[Emission], cause: Envelope | None) -> Stored[S]:
        self._told += [emission.event for emission in emissions]
        inbox = (*stored.inbox, cause.id) if cause else stored.inbox
        self.kept[stored.id] = Stored(stored.id, stored.version + 1, state, inbox)
        return self.kept[stored.id]


def memory_store(told: list[Event]) -> Store:
    """A store whose database is never asked."""
    unused = settings_for("127.0.0.1:1", "unused").model_copy(
        update={"mongodb_url": SecretStr("mongodb://127.0.0.1:1")}
    )
    database = Database(unused, "unused")
    challenges: MemoryDocuments[Challenge] = MemoryDocuments(told)
    authenticators: MemoryDocuments[Authenticator] = MemoryDocuments(told)
    sessions: MemoryDocuments[SessionTries] = MemoryDocuments(told)
    credentials: MemoryDocuments[Credential] = MemoryDocuments(told)
    return Store(challenges, authenticators, sessions, credentials, database)


@dataclass
class Court:
    """Judges what is submitted, and remembers what it told."""

    clock: FixedClock = field(default_factory=FixedClock)
    told: list[Event] = field(default_factory=list)
    methods: Methods = field(default_factory=lambda: known_methods(keyring("verifier"), quick_hash()))

    def __post_init__(self) -> None:
        self.store = memory_store(self.told)

    async def judge(self, event: Submission, *, user: str = USER) -> MethodVerified | VerificationFailed:
        """The verdict on one submission."""
        assert isinstance(event, Event)
        envelope = enveloped(event, event.terms.challenge_id, user=user)
        await judge_submission(event, envelope, methods=self.methods, store=self.store, clock=self.clock)
        verdict = self.told[-1]
        assert isinstance(verdict, MethodVerified | VerificationFailed)
        return verdict

    async def credential(self, method_id: str = "method-1", *, user: str = USER) -> Credential | None:
        """What is kept of a method."""
        stored = await self.store.credentials.get(credential_id(TENANT, user, method_id))
        return stored.state if stored else None


def outcome(verdict: MethodVerified | VerificationFailed) -> str:
    """`verified`, or why not."""
    return verdict.reason if isinstance(verdict, VerificationFailed) else "verified"
