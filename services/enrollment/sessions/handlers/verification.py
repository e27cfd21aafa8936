"""A person comes to our page to prove a method for a platform, and goes back."""

from datetime import datetime, timedelta
from typing import Protocol

from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers.lifecycle import VERDICT_WITHIN
from services.enrollment.challenges.handlers.platform import cancel, with_later
from services.enrollment.needs import CanAwaitVerdicts, CanChangeSessions, HasChallenges, HasKeyring, HasRules
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.domain.session import Session, Verifying
from services.enrollment.sessions.handlers.arriving import NOBODY, Visitor, arrived
from services.enrollment.sessions.handlers.moving import principal_of
from services.enrollment.sessions.handlers.tickets import KnowsSessions, held_principal, started_principal
from services.enrollment.sessions.principal import Principal
from services.enrollment.signals import next_change
from services.kit.clock import monotonic
from services.kit.crypto.sealing import token_hash
from services.kit.decision import Change
from services.kit.errors import SessionEndedError, TicketExpiredError
from services.kit.ids import new_token


class CanRecogniseVerifiers(KnowsSessions, HasChallenges, Protocol):
    """Knows the sessions of verifications."""


class CanUseVerifyTickets(CanChangeSessions, HasKeyring, HasRules, Protocol):
    """Starts sessions of verifications."""


AGREE_WITHIN = 0.05
"""Seconds between two looks at a challenge whose verdict is being written."""


async def use_verify_ticket(
    ticket: str, deps: CanUseVerifyTickets, *, visitor: Visitor = NOBODY
) -> tuple[Principal, str]:
    """Start the session of a verification; the second value is the secret for the cookie. Who wants to reset a password
    may be anybody, and is neither told of as unusual nor known from then on.

    Raises:
        ProblemError: `ticketExpired` (also for one that never was), `ticketUsed`.
    """
    now = deps.clock.now()
    stored = await deps.challenges.of_ticket(token_hash(ticket))
    hosting = stored.state.hosting if stored else None
    if stored is None or hosting is None:
        raise TicketExpiredError
    if now >= hosting.ticket_expires_at or hosting.closed_at:
        raise TicketExpiredError(returnUrl=hosting.return_url)
    secret = new_token()
    first = stored.state

    def start(account: Account) -> Change[Account]:
        session = _new_session(first, token_hash(secret), now, deps.terms(account).session_minutes)
        begun = lifecycle.start_session(account, session, at=now)
        if first.purpose == "passwordReset":
            return begun
        return arrived(begun, visitor, session.id, deps.keyring, at=now, challenge_id=first.id)

    principal = await started_principal(first.tenant, first.user, first.id, start, deps, return_url=hosting.return_url)
    return await _as_far_as_proven(principal, deps), secret


async def verify_ticket_is_of(ticket: str, session_id: str, deps: HasChallenges) -> bool:
    """Whether a ticket led to this session."""
    stored = await deps.challenges.of_ticket(token_hash(ticket))
    return stored is not None and stored.id == session_id


async def recognise_verifier(session_id: str, secret: str, deps: CanRecogniseVerifiers) -> Principal:
    """Who holds this cookie; the session may have ended. Raises `sessionEnded` where there is nothing to go back to."""
    first = await deps.challenges.get(session_id)
    if first is None or first.state.hosting is None:
        raise SessionEndedError
    return await held_principal(first.state.tenant, first.state.user, session_id, secret, deps)


async def leave(principal: Principal, deps: CanChangeSessions) -> Principal:
    """Go back without having proven it."""
    if asked := await _asked_in(principal, deps):
        await cancel(asked, deps)
    account = await deps.accounts.get(principal.account_id)
    return principal_of(account.state if account else principal.account, principal.session.id, principal.address)


async def outcome_of(principal: Principal, deps: CanAwaitVerdicts) -> str:
    """What became of it, as the person's browser says at the platform; an attempt that was left before its end has
    expired with its session."""
    asked = await _settled(principal, deps)
    status = asked.status_at(deps.clock.now()) if asked else "expired"
    return "expired" if status == "pending" and principal.session.outcome != "completed" else status


async def _asked_in(principal: Principal, deps: HasChallenges) -> Verification | None:
    first = await deps.challenges.get(principal.session.id)
    return await with_later(first.state, deps) if first else None


async def _settled(principal: Principal, deps: CanAwaitVerdicts) -> Verification | None:
    """A verdict reaches the account before the challenge: the platform, which reads that, hears once both agree."""
    deadline = monotonic() + VERDICT_WITHIN
    async with deps.signals.awaiting(principal.session.id) as changed:
        while True:
            asked = await _asked_in(principal, deps)
            is_behind = asked is not None and principal.session.outcome == "completed" and not asked.is_complete
            if not is_behind or monotonic() >= deadline:
                return asked
            await next_change(changed, within=AGREE_WITHIN)


def _new_session(first: Challenge, cookie_hash: str, now: datetime, minutes: int) -> Session:
    verifying = Verifying(
        client_id=first.client_id or "",
        purpose=first.purpose,
        context=first.context,
        proofs_required=first.proofs_required,
    )
    return Session(
        id=first.id,
        intent="signIn",
        decision="none",
        plan=(),
        step="prove",
        requested=first,
        verifying=verifying,
        cookie_hash=cookie_hash,
        return_url=first.hosting.return_url if first.hosting else "",
        locale=first.locale,
        started_at=now,
        expires_at=now + timedelta(minutes=minutes),
        life_minutes=minutes,
    )


async def _as_far_as_proven(principal: Principal, deps: CanChangeSessions) -> Principal:
    """A platform may have handed in an answer, or a key may have been pressed, before the session was there."""
    stored = await deps.challenges.get(principal.session.id)
    if stored is None or stored.state.status != "verified":
        return principal
    first, now = stored.state, deps.clock.now()
    account = await deps.accounts.change(
        principal.account_id, lambda account: lifecycle.after_proof(AccountUpdate(account), first, at=now).change()
    )
    return principal_of(account.state if account else principal.account, principal.session.id, principal.address)
