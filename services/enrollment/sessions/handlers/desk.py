"""What the use cases of a session share: who acts, what with, and the few writes that all of them do."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from services.enrollment.accounts.domain.account import Account, Session
from services.enrollment.challenges.domain import challenge as challenges
from services.enrollment.challenges.domain.challenge import Challenge, Submitted
from services.enrollment.policies.handlers import Policies
from services.enrollment.sessions.domain import lifecycle as sessions
from services.enrollment.sessions.domain import steps as wizard
from services.enrollment.signals import Signals, next_change
from services.enrollment.store import Store
from services.kit.clock import Clock, monotonic
from services.kit.config import Config, GroupPolicy, Terms
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.decision import Change
from services.kit.errors import ProblemError
from services.kit.http.limits import Edge
from services.kit.mongo.document import DuplicateDocumentError

VERDICT_WITHIN = 10.0
"""Seconds that a request waits for the verifier; afterwards the page goes on waiting."""


@dataclass(frozen=True)
class Applicant:
    """Whose proof is asked for: in a session of the wizard, or by a platform (`session_id` None)."""

    account: Account
    session_id: str | None = None
    locale: str = "en"

    def binding(self, method_id: str) -> Binding:
        """Where values belong that are sealed for a method of this person."""
        return Binding(self.account.tenant, self.account.user, method_id)


@dataclass(frozen=True)
class Visit:
    """A person in a session, as the request's cookie proves."""

    account: Account
    session: Session

    @property
    def account_id(self) -> str:
        """The id of the person's document."""
        return self.account.id

    @property
    def applicant(self) -> Applicant:
        """The person as somebody whose proof is asked for."""
        return Applicant(self.account, self.session.id, self.session.locale)


@dataclass(frozen=True)
class Desk:
    """What the use cases of the wizard work with."""

    store: Store
    config: Config
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    signals: Signals
    edge: Edge
    public_origin: str
    policies: Policies

    def policy(self, account: Account) -> GroupPolicy:
        """The policy that holds for a person."""
        return self.policies.tenant(account.tenant).policy_for(account.profile.groups)

    def terms(self, account: Account) -> Terms:
        """How proofs are asked of a person, and how long a session of theirs lives."""
        return self.policies.tenant(account.tenant).terms_for(account.profile.groups)


async def current_challenge(visit: Visit, desk: Desk) -> Challenge | None:
    """The challenge of the current step; one that a crash left unsent is sent now."""
    requested = visit.session.requested
    if requested is None:
        return None
    stored = await desk.store.challenges.get(requested.id)
    return stored.state if stored else await open_challenge(requested, desk)


async def move_session(visit: Visit, move: Callable[[Session], Session], desk: Desk) -> Visit:
    now = desk.clock.now()
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: sessions.move_session(account, visit.session.id, move, at=now)
    )
    return visit_of(account.state if account else visit.account, visit.session.id)


async def wait_at(visit: Visit, challenge: Challenge, step: str, desk: Desk) -> Visit:
    """Put the challenge into the session first: what a crash leaves unsent is sent when the page is read again.

    A session that went elsewhere meanwhile, in another tab, stays there; one that asked for the same meanwhile keeps
    what it asked for, so that two presses lead to one message.
    """
    read = visit.session.requested

    def move(session: Session) -> Session:
        newest = session.requested
        came_between = newest is not None and (read is None or newest.id != read.id)
        asked = newest if newest and came_between and newest.asks_the_same_as(challenge) else challenge
        same = newest is not None and newest.id == asked.id
        if session.step not in wizard.WAITS_FROM[step] or (same and session.step == step):
            return session
        return wizard.wait_for_proof(session, asked, step)

    return await move_session(visit, move, desk)


async def ask(visit: Visit, challenge: Challenge, step: str, desk: Desk, *, again: bool = False) -> Visit:
    """Ask for a proof and wait for it at `step`. One like it that still waits is kept, unless it is wanted `again`; any
    other one ends.

    Raises:
        ProblemError: `sessionEnded`, `rateLimited`.
    """
    earlier = await current_challenge(visit, desk)
    if earlier and not again and earlier.asks_the_same_as(challenge) and earlier.still_waits(desk.clock.now()):
        return await wait_at(visit, earlier, step, desk)
    await desk.edge.admit("request", visit.session.id)
    moved = await wait_at(visit, challenge, step, desk)
    if moved.session.requested:
        await open_challenge(moved.session.requested, desk)
    if earlier and earlier.id != challenge.id:
        await cancel_challenge(earlier, "superseded", desk)
    return moved


def pressed(visit: Visit, press: str) -> str:
    """The id of the challenge of one press of a button: pressed twice, it is the same one."""
    earlier = visit.session.requested
    return str(uuid.uuid5(uuid.UUID(visit.session.id), f"{press} {earlier.id if earlier else ''}"))


async def open_challenge(challenge: Challenge, desk: Desk, change: Change[Challenge] | None = None) -> Challenge:
    """Store a challenge with its request, or with more (`change`); one that is there already stays as it is."""
    opened = change or challenges.opened(challenge)
    try:
        return (await desk.store.challenges.insert(challenge.id, opened.state, opened.emissions)).state
    except DuplicateDocumentError:
        stored = await desk.store.challenges.get(challenge.id)
        return stored.state if stored else challenge


async def cancel_challenge(challenge: Challenge | None, reason: Literal["superseded", "cancelled"], desk: Desk) -> None:
    if challenge is None:
        return
    now = desk.clock.now()
    await desk.store.challenges.change(challenge.id, lambda state: challenges.cancel(state, reason, at=now))


async def submit(
    challenge_id: str,
    event: Submitted,
    desk: Desk,
    *,
    within: float = VERDICT_WITHIN,
    credential_id: str | None = None,
) -> tuple[Challenge, str | None]:
    """Hand something to the verifier and wait for its word: `verified`, a reason, or None after `within` seconds.

    Raises:
        ProblemError: see `challenges.submit`.
    """
    now = desk.clock.now()
    async with desk.signals.awaiting(challenge_id) as told:
        await desk.store.challenges.change(
            challenge_id, lambda state: challenges.submit(state, event, at=now, credential_id=credential_id)
        )
        return await judged(challenge_id, event.submission_id, told, desk, within=within)


async def judged(
    challenge_id: str, submission_id: str, told: asyncio.Event, desk: Desk, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    deadline = monotonic() + within
    while True:
        stored = await desk.store.challenges.get(challenge_id)
        if stored is None:
            raise ProblemError("challengeEnded")
        submission = stored.state.submission(submission_id)
        result = submission.result if submission else stored.state.failure
        if result or monotonic() >= deadline:
            return stored.state, result
        await next_change(told)


def visit_of(account: Account, session_id: str) -> Visit:
    session = account.session(session_id)
    if session is None:
        raise ProblemError("sessionEnded")
    return Visit(account, session)


def binding_of(challenge: Challenge) -> Binding:
    return Binding(challenge.tenant, challenge.user, challenge.method_id, challenge.id)
