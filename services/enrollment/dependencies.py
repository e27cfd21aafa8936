"""What the use cases of a session share: who acts, what with, and the few writes that all of them do."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from services.enrollment.accounts.domain.account import Account
from services.enrollment.challenges.domain import transitions as challenges
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.config import Config
from services.enrollment.policies.domain.requirements import GroupPolicy, Terms
from services.enrollment.policies.handlers import Policies
from services.enrollment.sessions.domain import lifecycle as sessions
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.sessions.domain.session import Session
from services.enrollment.signals import Signals, next_change
from services.enrollment.store import Store
from services.kit.clock import Clock, monotonic
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.decision import Change
from services.kit.errors import ChallengeEndedError, SessionEndedError
from services.kit.http.limits import RateLimiter
from services.kit.mongo.document import DuplicateDocumentError

VERDICT_WITHIN = 10.0
"""Seconds that a request waits for the verifier; afterwards the page goes on waiting."""


@dataclass(frozen=True)
class Claimant:
    """Whose proof is asked for: in a session of the wizard, or by a platform (`session_id` None)."""

    account: Account
    session_id: str | None = None
    locale: str = "en"

    def binding(self, method_id: str) -> Binding:
        """Where values belong that are sealed for a method of this person."""
        return Binding(self.account.tenant, self.account.user, method_id)


@dataclass(frozen=True)
class Principal:
    """A person in a session, as the request's cookie proves."""

    account: Account
    session: Session

    @property
    def account_id(self) -> str:
        """The id of the person's document."""
        return self.account.id

    @property
    def claimant(self) -> Claimant:
        """The person as somebody whose proof is asked for."""
        return Claimant(self.account, self.session.id, self.session.locale)


@dataclass(frozen=True)
class Dependencies(Store):
    """All that use cases work with; a use case's signature names the part that it needs."""

    config: Config
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    signals: Signals
    limiter: RateLimiter
    public_origin: str
    policies: Policies

    @classmethod
    def on(cls, store: Store, keyring: Keyring, config: Config, clock: Clock, *, public_origin: str) -> "Dependencies":
        """What use cases on that store work with."""
        return cls(
            **vars(store),
            config=config,
            clock=clock,
            keyring=keyring,
            sealer=Sealer(keyring),
            signals=Signals(),
            limiter=RateLimiter(config.limits),
            public_origin=public_origin,
            policies=Policies(config),
        )

    def policy(self, account: Account) -> GroupPolicy:
        """The policy that holds for a person."""
        return self.policies.tenant(account.tenant).policy_for(account.profile.groups)

    def terms(self, account: Account) -> Terms:
        """How proofs are asked of a person, and how long a session of theirs lives."""
        return self.policies.tenant(account.tenant).terms_for(account.profile.groups)


async def current_challenge(principal: Principal, deps: Dependencies) -> Challenge | None:
    """The challenge of the current step; one that a crash left unsent is sent now."""
    requested = principal.session.requested
    if requested is None:
        return None
    stored = await deps.challenges.get(requested.id)
    return stored.state if stored else await open_challenge(requested, deps)


async def move_session(principal: Principal, move: Callable[[Session], Session], deps: Dependencies) -> Principal:
    now = deps.clock.now()
    account = await deps.accounts.change(
        principal.account_id, lambda account: sessions.move_session(account, principal.session.id, move, at=now)
    )
    return principal_of(account.state if account else principal.account, principal.session.id)


async def wait_at(principal: Principal, challenge: Challenge, step: str, deps: Dependencies) -> Principal:
    """Put the challenge into the session first: what a crash leaves unsent is sent when the page is read again.

    A session that went elsewhere meanwhile, in another tab, stays there; one that asked for the same meanwhile keeps
    what it asked for, so that two presses lead to one message.
    """
    read = principal.session.requested

    def move(session: Session) -> Session:
        newest = session.requested
        came_between = newest is not None and (read is None or newest.id != read.id)
        asked = newest if newest and came_between and newest.asks_the_same_as(challenge) else challenge
        same = newest is not None and newest.id == asked.id
        if session.step not in wizard.WAITS_FROM[step] or (same and session.step == step):
            return session
        return wizard.wait_for_proof(session, asked, step)

    return await move_session(principal, move, deps)


async def ask(
    principal: Principal, challenge: Challenge, step: str, deps: Dependencies, *, again: bool = False
) -> Principal:
    """Ask for a proof and wait for it at `step`. One like it that still waits is kept, unless it is wanted `again`; any
    other one ends.

    Raises:
        ProblemError: `sessionEnded`, `rateLimited`.
    """
    earlier = await current_challenge(principal, deps)
    if earlier and not again and earlier.asks_the_same_as(challenge) and earlier.still_waits(deps.clock.now()):
        return await wait_at(principal, earlier, step, deps)
    await deps.limiter.admit("request", principal.session.id)
    moved = await wait_at(principal, challenge, step, deps)
    if moved.session.requested:
        await open_challenge(moved.session.requested, deps)
    if earlier and earlier.id != challenge.id:
        await cancel_challenge(earlier, "superseded", deps)
    return moved


def pressed(principal: Principal, press: str) -> str:
    """The id of the challenge of one press of a button: pressed twice, it is the same one."""
    earlier = principal.session.requested
    return str(uuid.uuid5(uuid.UUID(principal.session.id), f"{press} {earlier.id if earlier else ''}"))


async def open_challenge(
    challenge: Challenge, deps: Dependencies, change: Change[Challenge] | None = None
) -> Challenge:
    """Store a challenge with its request, or with more (`change`); one that is there already stays as it is."""
    opened = change or challenges.opened(challenge)
    try:
        return (await deps.challenges.insert(challenge.id, opened.state, opened.emissions)).state
    except DuplicateDocumentError:
        stored = await deps.challenges.get(challenge.id)
        return stored.state if stored else challenge


async def cancel_challenge(
    challenge: Challenge | None, reason: Literal["superseded", "cancelled"], deps: Dependencies
) -> None:
    if challenge is None:
        return
    now = deps.clock.now()
    await deps.challenges.change(challenge.id, lambda state: challenges.cancel(state, reason, at=now))


async def submit(
    challenge_id: str,
    event: Submitted,
    deps: Dependencies,
    *,
    within: float = VERDICT_WITHIN,
    credential_id: str | None = None,
) -> tuple[Challenge, str | None]:
    """Hand something to the verifier and wait for its word: `verified`, a reason, or None after `within` seconds.

    Raises:
        ProblemError: see `challenges.submit`.
    """
    now = deps.clock.now()
    async with deps.signals.awaiting(challenge_id) as told:
        await deps.challenges.change(
            challenge_id, lambda state: challenges.submit(state, event, at=now, credential_id=credential_id)
        )
        return await judged(challenge_id, event.submission_id, told, deps, within=within)


async def judged(
    challenge_id: str, submission_id: str, told: asyncio.Event, deps: Dependencies, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    deadline = monotonic() + within
    while True:
        stored = await deps.challenges.get(challenge_id)
        if stored is None:
            raise ChallengeEndedError
        submission = stored.state.submission(submission_id)
        result = submission.result if submission else stored.state.failure
        if result or monotonic() >= deadline:
            return stored.state, result
        await next_change(told)


def principal_of(account: Account, session_id: str) -> Principal:
    session = account.session(session_id)
    if session is None:
        raise SessionEndedError
    return Principal(account, session)


def binding_of(challenge: Challenge) -> Binding:
    return Binding(challenge.tenant, challenge.user, challenge.method_id, challenge.id)
