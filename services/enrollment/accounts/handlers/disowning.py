"""The person says, in "My security info", that something that happened there wasn't them."""

from typing import Final

from schemas.enrollment import HelpDeskActed, MethodChanged, MethodRegistered, MethodRestored
from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.activity import FOLLOWS_FROM, Entry
from services.enrollment.accounts.handlers.self_service import in_session
from services.enrollment.needs import CanChangeSessions
from services.enrollment.sessions.handlers.ending import end_what_was_asked
from services.enrollment.sessions.principal import Principal
from services.kit.decision import Change

SUSPENDING: Final = frozenset(event.__name__ for event in (MethodRegistered, MethodChanged, MethodRestored))
"""After which a method is there that may be somebody else's."""


def suspends(entry: Entry, account: Account) -> bool:
    method = account.method(entry.method_id or "")
    acted = entry.event == HelpDeskActed.__name__
    happened = FOLLOWS_FROM.get(entry.detail or "") if acted else entry.event
    return happened in SUSPENDING and entry.detail != "name" and method is not None and method.state == "active"


async def disown(principal: Principal, entry: Entry, deps: CanChangeSessions) -> Principal:
    """What came is suspended, every session ends with what was asked in it, and the platform is told. Raises
    `sessionEnded`."""
    now, session_id = deps.clock.now(), principal.session.id

    def repudiate(account: Account) -> Change[Account]:
        if entry.method_id is None:
            return suspension.repudiate_use(account, entry.session_id, session_id, at=now)
        return suspension.repudiate(account, entry.method_id, session_id, at=now, suspends=suspends(entry, account))

    alone = await in_session(principal, repudiate, deps)
    await end_what_was_asked(alone.account, deps)
    return alone
