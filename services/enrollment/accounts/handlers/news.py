"""What changed since a person was last here."""

from datetime import datetime
from typing import Protocol

from services.enrollment.accounts.domain import activity, unusual
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.needs import CanChangeAccounts, HasActivities
from services.enrollment.sessions.principal import Principal


class CanReadNews(CanChangeAccounts, HasActivities, Protocol):
    """Reads what happened, and notes that it was read."""


async def news_for(principal: Principal, deps: CanReadNews) -> tuple[datetime, tuple[Entry, ...]]:
    """What changed since this browser last showed "My security info", by others than itself; and since when that is.
    Showing it is the visit: for all of this session the answer stays the same."""
    now, session_id = deps.clock.now(), principal.session.id
    stored = await deps.accounts.change(
        principal.account_id, lambda account: unusual.visited(account, session_id, at=now)
    )
    account = stored.state if stored else principal.account
    session, browser = account.session(session_id), unusual.browser_of(account, session_id)
    since = (session.news_since if session else None) or now
    noted = await deps.activities.get(principal.account_id)
    entries = noted.state.entries if noted else ()
    return since, activity.news(entries, since=since, own=browser.sessions if browser else (session_id,))
