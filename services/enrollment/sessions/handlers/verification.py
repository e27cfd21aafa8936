"""A person comes to our page to prove a method for a platform, and goes back."""

from datetime import datetime, timedelta

from services.enrollment.accounts.domain.account import Account, Session, Verifying
from services.enrollment.accounts.domain.update import Ledger
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.verification import Verification
from services.enrollment.challenges.handlers.platform import cancel, with_later
from services.enrollment.sessions.domain import lifecycle as rules
from services.enrollment.sessions.handlers.desk import VERDICT_WITHIN, Desk, Visit, visit_of
from services.enrollment.sessions.handlers.tickets import held_visit, started_visit
from services.enrollment.signals import next_change
from services.kit.clock import monotonic
from services.kit.crypto.sealing import token_hash
from services.kit.decision import Change
from services.kit.errors import ProblemError
from services.kit.ids import new_token

AGREE_WITHIN = 0.05
"""Seconds between two looks at a challenge whose verdict is being written."""


async def use_verify_ticket(ticket: str, desk: Desk) -> tuple[Visit, str]:
    """Start the session of a verification; the second value is the secret for the cookie.

    Raises:
        ProblemError: `ticketExpired` (also for one that never was), `ticketUsed`.
    """
    now = desk.clock.now()
    stored = await desk.store.challenge_of_ticket(token_hash(ticket))
    hosting = stored.state.hosting if stored else None
    if stored is None or hosting is None:
        raise ProblemError("ticketExpired")
    if now >= hosting.ticket_expires_at or hosting.closed_at:
        raise ProblemError("ticketExpired", returnUrl=hosting.return_url)
    secret = new_token()
    first = stored.state

    def start(account: Account) -> Change[Account]:
        session = _new_session(first, token_hash(secret), now, desk.terms(account).session_minutes)
        return rules.start_session(account, session, at=now)

    visit = await started_visit(first.tenant, first.user, first.id, start, desk, return_url=hosting.return_url)
    return await _as_far_as_proven(visit, desk), secret


async def verify_ticket_is_of(ticket: str, session_id: str, desk: Desk) -> bool:
    """Whether a ticket led to this session."""
    stored = await desk.store.challenge_of_ticket(token_hash(ticket))
    return stored is not None and stored.id == session_id


async def recognise_verifier(session_id: str, secret: str, desk: Desk) -> Visit:
    """Who holds this cookie; the session may have ended.

    Raises:
        ProblemError: `sessionEnded` where there is nothing to go back to.
    """
    first = await desk.store.challenges.get(session_id)
    if first is None or first.state.hosting is None:
        raise ProblemError("sessionEnded")
    return await held_visit(first.state.tenant, first.state.user, session_id, secret, desk)


async def leave(visit: Visit, desk: Desk) -> Visit:
    """Go back without having proven it."""
    if asked := await _asked_in(visit, desk):
        await cancel(asked, desk)
    account = await desk.store.accounts.get(visit.account_id)
    return visit_of(account.state if account else visit.account, visit.session.id)


async def outcome_of(visit: Visit, desk: Desk) -> str:
    """What became of it, as the person's browser says at the platform; an attempt that was left before its end has
    expired with its session."""
    asked = await _settled(visit, desk)
    status = asked.status_at(desk.clock.now()) if asked else "expired"
    return "expired" if status == "pending" and visit.session.outcome != "completed" else status


async def _asked_in(visit: Visit, desk: Desk) -> Verification | None:
    first = await desk.store.challenges.get(visit.session.id)
    return await with_later(first.state, desk) if first else None


async def _settled(visit: Visit, desk: Desk) -> Verification | None:
    """A verdict reaches the account before the challenge: the platform, which reads that, is told once both agree."""
    deadline = monotonic() + VERDICT_WITHIN
    async with desk.signals.awaiting(visit.session.id) as told:
        while True:
            asked = await _asked_in(visit, desk)
            is_behind = asked is not None and visit.session.outcome == "completed" and not asked.is_complete
            if not is_behind or monotonic() >= deadline:
                return asked
            await next_change(told, within=AGREE_WITHIN)


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


async def _as_far_as_proven(visit: Visit, desk: Desk) -> Visit:
    """A platform may have handed in an answer, or a key may have been pressed, before the session was there."""
    stored = await desk.store.challenges.get(visit.session.id)
    if stored is None or stored.state.status != "verified":
        return visit
    first, now = stored.state, desk.clock.now()
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: rules.after_proof(Ledger(account), first, at=now).change()
    )
    return visit_of(account.state if account else visit.account, visit.session.id)
