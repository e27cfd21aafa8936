"""How a session moves from step to step."""

from collections.abc import Callable

from services.enrollment.accounts.domain.account import Account
from services.enrollment.needs import CanChangeAccounts
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.domain.session import Session
from services.enrollment.sessions.principal import Principal
from services.kit.errors import SessionEndedError


async def move_session(principal: Principal, move: Callable[[Session], Session], deps: CanChangeAccounts) -> Principal:
    now = deps.clock.now()
    account = await deps.accounts.change(
        principal.account_id, lambda account: lifecycle.move_session(account, principal.session.id, move, at=now)
    )
    return principal_of(account.state if account else principal.account, principal.session.id, principal.address)


def principal_of(account: Account, session_id: str, address: str | None = None) -> Principal:
    session = account.session(session_id)
    if session is None:
        raise SessionEndedError
    return Principal(account, session, address)
