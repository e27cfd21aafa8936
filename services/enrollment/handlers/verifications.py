"""A person comes to our page to prove a method for a platform, and goes back."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from services.enrollment.domain import sessions as rules
from services.enrollment.domain import wizard
from services.enrollment.domain.account import SESSION_LIFE, Account, Session, Verifying, account_id
from services.enrollment.domain.challenge import Challenge
from services.enrollment.domain.verification import Verification
from services.enrollment.handlers.challenges_api import with_later
from services.enrollment.handlers.desk import Desk, Visit, visit_of
from services.kit.decision import Change
from services.kit.errors import ProblemError
from services.kit.ids import new_token
from services.kit.sealing import equal, token_hash


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
    if now >= hosting.ticket_expires_at:
        raise ProblemError("ticketExpired", returnUrl=hosting.return_url)
    secret = new_token()
    session = _new_session(await with_later(stored.state, desk), token_hash(secret), desk)

    def start(account: Account) -> Change[Account]:
        return rules.start_session(account, session, at=now)

    try:
        account = await desk.store.accounts.change(account_id(stored.state.tenant, stored.state.user), start)
    except ProblemError as problem:
        raise ProblemError(problem.code, returnUrl=hosting.return_url) from None
    if account is None:
        raise ProblemError("ticketExpired", returnUrl=hosting.return_url)
    return visit_of(account.state, session.id), secret


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
    if first is None or first.state.hosting is None or first.state.tenant not in desk.config.tenants:
        raise ProblemError("sessionEnded")
    account = await desk.store.accounts.get(account_id(first.state.tenant, first.state.user))
    session = account.state.session(session_id) if account else None
    if account is None or session is None or not equal(session.cookie_hash, token_hash(secret)):
        raise ProblemError("sessionEnded")
    return Visit(account.state, session)


async def way_back(visit: Visit, desk: Desk) -> str:
    """The return address, with the id of the challenge and what became of it in its query."""
    first = await desk.store.challenges.get(visit.session.id)
    asked = await with_later(first.state, desk) if first else None
    query = {"challengeId": visit.session.id, "status": _status(asked, visit.session, desk)}
    target = urlsplit(visit.session.return_url)
    joined = "&".join(filter(None, (target.query, urlencode(query))))
    return urlunsplit(target._replace(query=joined))


def _status(asked: Verification | None, session: Session, desk: Desk) -> str:
    """An attempt that was left before its end is cancelled, or has expired with its session."""
    status = asked.status_at(desk.clock.now()) if asked else "expired"
    return (session.outcome or "expired") if status == "pending" else status


def _new_session(asked: Verification, cookie_hash: str, desk: Desk) -> Session:
    first, now = asked.first, desk.clock.now()
    verifying = Verifying(
        client_id=first.client_id or "",
        purpose=first.purpose,
        context=first.context,
        proofs_required=first.proofs_required,
        proven=tuple(one.method_type for one in asked.proven),
    )
    session = Session(
        id=first.id,
        intent="signIn",
        decision="none",
        plan=(),
        step="prove",
        requested=asked.current,
        verifying=verifying,
        cookie_hash=cookie_hash,
        return_url=first.hosting.return_url if first.hosting else "",
        locale=first.locale,
        started_at=now,
        expires_at=now + SESSION_LIFE,
    )
    return _as_far_as_proven(session, asked.current)


def _as_far_as_proven(session: Session, challenge: Challenge) -> Session:
    """A platform may have handed in an answer before the person came."""
    if challenge.status != "verified" or session.verifying is None:
        return session
    return wizard.after_platform_proof(session, session.verifying, session.started_at)
