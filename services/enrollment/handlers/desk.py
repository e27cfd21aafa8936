"""What the use cases of a session share: who acts, what with, and the few writes that all of them do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from services.enrollment.domain import account as accounts
from services.enrollment.domain import challenge as challenges
from services.enrollment.domain import wizard
from services.enrollment.domain.account import Account, Session
from services.enrollment.domain.challenge import Challenge
from services.enrollment.signals import Signals, next_change
from services.enrollment.store import Store
from services.kit.clock import Clock, monotonic
from services.kit.config import Config, GroupPolicy
from services.kit.errors import ProblemError
from services.kit.http.limits import Edge
from services.kit.keyring import Keyring
from services.kit.mongo.document import DuplicateDocumentError
from services.kit.sealing import Binding, Sealer

VERDICT_WITHIN = 10.0
"""Seconds that a request waits for the verifier; afterwards the page goes on waiting."""


@dataclass(frozen=True)
class Visit:
    """A person in a session, as the request's cookie proves."""

    account: Account
    session: Session

    @property
    def account_id(self) -> str:
        """The id of the person's document."""
        return self.account.id


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

    def policy(self, account: Account) -> GroupPolicy:
        """The policy that holds for a person."""
        return self.config.tenant(account.tenant).policy_for(account.profile.groups)


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
        visit.account_id, lambda account: accounts.move_session(account, visit.session.id, move, at=now)
    )
    return visit_of(account.state if account else visit.account, visit.session.id)


async def wait_at(visit: Visit, challenge: Challenge, step: str, desk: Desk) -> Visit:
    """Put the challenge into the session first: what a crash leaves unsent is sent when the page is read again.

    A session that went elsewhere meanwhile, in another tab, stays there.
    """

    def move(session: Session) -> Session:
        same = session.requested is not None and session.requested.id == challenge.id
        if session.step not in wizard.WAITS_FROM[step] or (same and session.step == step):
            return session
        return wizard.wait_for_proof(session, challenge, step)

    return await move_session(visit, move, desk)


async def open_challenge(challenge: Challenge, desk: Desk) -> Challenge:
    opened = challenges.opened(challenge)
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


async def judged(
    challenge_id: str, submission_id: str, told: asyncio.Event, desk: Desk
) -> tuple[Challenge, str | None]:
    deadline = monotonic() + VERDICT_WITHIN
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
