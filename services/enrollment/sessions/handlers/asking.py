"""A session asks for a proof and waits for it."""

import uuid

from schemas.base import MethodType
from services.enrollment.budgets.handlers import counted
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge, open_challenge
from services.enrollment.needs import CanAsk, CanChangeAccounts, CanEndChallenges, HasChallenges, HasClock
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import Session
from services.enrollment.sessions.handlers.moving import move_session
from services.enrollment.sessions.principal import Principal
from services.kit.counting import Allowance
from services.kit.errors import ChallengeEndedError


async def current_challenge(principal: Principal, deps: HasChallenges) -> Challenge | None:
    """The challenge of the current step; one that a crash left unsent is sent now."""
    requested = principal.session.requested
    if requested is None:
        return None
    stored = await deps.challenges.get(requested.id)
    return stored.state if stored else await open_challenge(requested, deps)


async def being_kept(principal: Principal, method_type: MethodType, deps: CanEndChallenges) -> Challenge | None:
    """The registration whose codes or answers the verifier has not kept yet; None where none is under way."""
    requested = principal.session.requested
    if requested is None or requested.method_type != method_type:
        return None
    stored = await deps.challenges.get(requested.id)
    challenge = stored.state if stored else None
    waits = challenge and challenge.status == "pending" and challenge.is_being_judged(deps.clock.now())
    return challenge if waits else None


async def asked_challenge(principal: Principal, challenge_id: str, deps: HasChallenges) -> Challenge:
    """The challenge of the session, if the form is about it. Raises `challengeEnded`."""
    challenge = await current_challenge(principal, deps)
    if challenge is None or challenge.id != challenge_id:
        raise ChallengeEndedError
    return challenge


async def wait_at(
    principal: Principal, challenge: Challenge, step: str, deps: CanChangeAccounts, *, most: Allowance | None = None
) -> Principal:
    """Put the challenge into the session first: what a crash leaves unsent is sent when the page is read again.

    A session that went elsewhere meanwhile, in another tab, stays there; one that asked for the same meanwhile keeps
    what it asked for, so that two presses lead to one message. With `most`, what is asked for is counted; Raises
    `rateLimited`.
    """
    now = deps.clock.now()
    read = principal.session.requested

    def move(session: Session) -> Session:
        newest = session.requested
        came_between = newest is not None and (read is None or newest.id != read.id)
        asked = newest if newest and came_between and newest.asks_the_same_as(challenge) else challenge
        same = newest is not None and newest.id == asked.id
        if session.step not in steps.WAITS_FROM[step] or (same and session.step == step):
            return session
        counted = steps.count_request(session, most.count, most.within, at=now) if most else session
        return steps.wait_for_proof(counted, asked, step)

    return await move_session(principal, move, deps)


async def ask(principal: Principal, challenge: Challenge, step: str, deps: CanAsk, *, again: bool = False) -> Principal:
    """Ask for a proof and wait for it at `step`. One like it that still waits is kept, unless it is wanted `again`; any
    other one ends.

    Raises:
        ProblemError: `sessionEnded`, `rateLimited`, `sendLimitReached`.
    """
    earlier = await current_challenge(principal, deps)
    if earlier and not again and _is_kept(earlier, challenge, deps):
        return await wait_at(principal, earlier, step, deps)
    async with counted(challenge, principal.address, deps) as reservation:
        moved = await wait_at(principal, challenge, step, deps, most=deps.limiter.requests)
        asked = moved.session.requested
        if asked is None or asked.id != challenge.id:
            await reservation.give_back()
        if asked:
            await open_challenge(asked, deps, if_there=reservation.give_back)
    if earlier and earlier.id != challenge.id:
        await cancel_challenge(earlier, "superseded", deps)
    return moved


async def is_asked_already(principal: Principal, challenge: Challenge, deps: CanEndChallenges) -> bool:
    """Whether one like it still waits, so that `ask` keeps that one."""
    earlier = await current_challenge(principal, deps)
    return earlier is not None and _is_kept(earlier, challenge, deps)


def _is_kept(earlier: Challenge, challenge: Challenge, deps: HasClock) -> bool:
    return earlier.asks_the_same_as(challenge) and earlier.still_waits(deps.clock.now())


def pressed(principal: Principal, press: str) -> str:
    """The id of the challenge of one press of a button: pressed twice, it is the same one. Who went elsewhere meanwhile
    and came back asks for another one: what was asked before has ended."""
    session = principal.session
    earlier, asked_before = session.requested, f"{session.requests} {session.requests_since}"
    return str(uuid.uuid5(uuid.UUID(session.id), f"{press} {earlier.id if earlier else ''} {asked_before}"))
