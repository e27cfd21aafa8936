"""The person comes with a ticket, walks from step to step, and leaves."""

from datetime import datetime

from services.enrollment.domain import account as accounts
from services.enrollment.domain import wizard
from services.enrollment.domain.account import SESSION_LIFE, Account, Session, account_id
from services.enrollment.domain.interrupt import Interrupt
from services.enrollment.handlers.desk import Desk, Visit, cancel_challenge, move_session, visit_of
from services.kit.errors import ProblemError
from services.kit.ids import new_token
from services.kit.sealing import equal, token_hash


async def use_ticket(ticket: str, desk: Desk) -> tuple[Visit, str]:
    """Start the session of an interrupt; the second value is the secret for the cookie.

    Raises:
        ProblemError: `ticketExpired` (also for one that never was), `ticketUsed`.
    """
    now = desk.clock.now()
    stored = await desk.store.interrupt_of_ticket(token_hash(ticket))
    if stored is None or stored.state.ticket_expires_at is None:
        raise ProblemError("ticketExpired")
    interrupt, secret = stored.state, new_token()
    if now >= stored.state.ticket_expires_at:
        raise ProblemError("ticketExpired", returnUrl=interrupt.return_url)
    session = _new_session(interrupt, secret, now)
    try:
        account = await desk.store.accounts.change(
            account_id(interrupt.tenant, interrupt.user),
            lambda account: accounts.start_session(account, session, at=now),
        )
    except ProblemError as problem:
        raise ProblemError(problem.code, returnUrl=interrupt.return_url) from None
    if account is None:
        raise ProblemError("ticketExpired", returnUrl=interrupt.return_url)
    return Visit(account.state, session), secret


async def ticket_is_of(ticket: str, session_id: str, desk: Desk) -> bool:
    """Whether a ticket led to this session."""
    stored = await desk.store.interrupt_of_ticket(token_hash(ticket))
    return stored is not None and stored.id == session_id


async def recognise(session_id: str, secret: str, desk: Desk) -> Visit:
    """Who holds this cookie; the session may have ended.

    Raises:
        ProblemError: `sessionEnded` where there is nothing to go back to.
    """
    interrupt = await desk.store.interrupts.get(session_id)
    if interrupt is None or interrupt.state.tenant not in desk.config.tenants:
        raise ProblemError("sessionEnded")
    account = await desk.store.accounts.get(account_id(interrupt.state.tenant, interrupt.state.user))
    session = account.state.session(session_id) if account else None
    if account is None or session is None or not equal(session.cookie_hash, token_hash(secret)):
        raise ProblemError("sessionEnded")
    return Visit(account.state, session)


async def go_on(visit: Visit, step: str, desk: Desk) -> Visit:
    """ "Next" or "Done" of a step that asks for nothing: to the next thing to set up. A stale step changes nothing."""
    account: Account = visit.account

    def move(session: Session) -> Session:
        return wizard.go_on(account, session) if session.step == step else session

    return await move_session(visit, move, desk)


async def stay(visit: Visit, desk: Desk) -> Visit:
    """The person is still there."""
    return await move_session(visit, lambda session: session, desk)


async def cancel(visit: Visit, desk: Desk) -> Visit:
    """Leave the wizard; nothing more is sent for what was asked."""
    now = desk.clock.now()
    await cancel_challenge(visit.session.requested, "cancelled", desk)
    account = await desk.store.accounts.change(
        visit.account_id, lambda account: accounts.end_session(account, visit.session.id, "cancelled", at=now)
    )
    return visit_of(account.state if account else visit.account, visit.session.id)


def _new_session(interrupt: Interrupt, secret: str, now: datetime) -> Session:
    return Session(
        id=interrupt.id,
        intent=interrupt.intent,
        decision=interrupt.decision,
        plan=interrupt.plan,
        cookie_hash=token_hash(secret),
        return_url=interrupt.return_url,
        locale=interrupt.locale or "en",
        started_at=now,
        expires_at=now + SESSION_LIFE,
    )
