"""What one-time tickets lead to, those of interrupts and of verifications alike: a session, held by a cookie."""

from collections.abc import Callable

from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.sessions.handlers.desk import Desk, Visit, visit_of
from services.kit.crypto.sealing import equal, token_hash
from services.kit.decision import Change
from services.kit.errors import ProblemError


async def started_visit(
    tenant: str,
    user: str,
    session_id: str,
    start: Callable[[Account], Change[Account]],
    desk: Desk,
    *,
    return_url: str,
) -> Visit:
    """The session that `start` puts into the account.

    Raises:
        ProblemError: what `start` raises, or `ticketExpired` where there is no such person; with the way back.
    """
    try:
        account = await desk.store.accounts.change(account_id(tenant, user), start)
    except ProblemError as problem:
        raise ProblemError(problem.code, returnUrl=return_url) from None
    if account is None:
        raise ProblemError("ticketExpired", returnUrl=return_url)
    return visit_of(account.state, session_id)


async def held_visit(tenant: str, user: str, session_id: str, secret: str, desk: Desk) -> Visit:
    """The session that a cookie names, if it has the secret.

    Raises:
        ProblemError: `sessionEnded`.
    """
    if tenant not in desk.config.tenants:
        raise ProblemError("sessionEnded")
    account = await desk.store.accounts.get(account_id(tenant, user))
    session = account.state.session(session_id) if account else None
    if account is None or session is None or not equal(session.cookie_hash, token_hash(secret)):
        raise ProblemError("sessionEnded")
    return Visit(account.state, session)
