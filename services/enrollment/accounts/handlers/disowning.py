"""The person says, in "My security info", that something that happened there wasn't them."""

from typing import Final

from schemas.enrollment import HelpDeskActed, MethodChanged, MethodRegistered, MethodRestored
from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.accounts.handlers.self_service import in_session
from services.enrollment.needs import CanChangeAccounts
from services.enrollment.sessions.principal import Principal

SUSPENDING: Final = frozenset(event.__name__ for event in (MethodRegistered, MethodChanged, MethodRestored))
ACTS: Final = frozenset({"passGiven", "methodRestored"})
"""After which a method is there that may be somebody else's."""


def suspends(entry: Entry, account: Account) -> bool:
    method = account.method(entry.method_id or "")
    brings = entry.event in SUSPENDING and entry.detail != "name"
    brings = brings or (entry.event == HelpDeskActed.__name__ and entry.detail in ACTS)
    return brings and method is not None and method.state == "active"


async def disown(principal: Principal, entry: Entry, deps: CanChangeAccounts) -> Principal:
    """What came is suspended, every session ends, and the platform is told. Raises `sessionEnded`."""
    now, session_id = deps.clock.now(), principal.session.id
    return await in_session(
        principal,
        lambda account: suspension.repudiate(
            account, entry.method_id or "", session_id, at=now, suspends=suspends(entry, account)
        ),
        deps,
    )
