"""What is unusual in an account and may be somebody else: a browser in which this person never was, many wrong proofs.

Source: OWASP ASVS 5.0, 6.3.5. Neither addresses nor places are kept for it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from schemas.enrollment import UnusualActivityNoticed
from services.enrollment.accounts.domain.account import Account, Browser
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge
from services.kit.decision import Change

MOST_BROWSERS = 10
MOST_SESSIONS = 10
"""Of each browser that are remembered."""
ALARM_AGAIN_AFTER = timedelta(days=1)
FIRST_LOOK = timedelta(days=30)
"""What a browser shows as new that never showed anything."""


def met(begun: Change[Account], session_id: str, marks: Sequence[str], *, at: datetime) -> Change[Account]:
    """A session was begun in the browser with one of these marks, the newest first. One that is not known is told of,
    where the person has something to lose and others are known."""
    account = begun.state
    known = next((browser for browser in account.browsers if browser.mark in marks), None)
    update = AccountUpdate(account, tuple(begun.emissions))
    if known is None and account.browsers and account.methods:
        event = UnusualActivityNoticed(kind="newBrowser", session_id=session_id, noticed_at=at)
        update = update.record(event, session_id)
    browser = known or Browser(mark=marks[0])
    sessions = (*browser.sessions, session_id)[-MOST_SESSIONS:]
    browser = browser.model_copy(update={"mark": marks[0], "sessions": sessions})
    others = tuple(other for other in account.browsers if other is not known)
    return update.put(browsers=(*others, browser)[-MOST_BROWSERS:]).change()


def visited(account: Account, session_id: str, *, at: datetime) -> Change[Account]:
    """ "My security info" is shown, for the first time in this session: for the next one this is the last visit."""
    session, browser = account.session(session_id), browser_of(account, session_id)
    if session is None or session.news_since is not None:
        return Change(account)
    since = (browser.visited_at if browser else None) or at - FIRST_LOOK
    update = AccountUpdate(account).put_session(session.model_copy(update={"news_since": since}))
    if browser is None:
        return update.change()
    seen = browser.model_copy(update={"visited_at": at})
    return update.put(browsers=tuple(seen if one is browser else one for one in account.browsers)).change()


def browser_of(account: Account, session_id: str) -> Browser | None:
    return next((browser for browser in account.browsers if session_id in browser.sessions), None)


def failed_often(account: Account, challenge: Challenge, *, at: datetime) -> Change[Account]:
    """A method on file pauses after wrong proofs in a row: told once a day, however long it goes on."""
    method = account.method(challenge.method_id)
    if account.erased_at or method is None:
        return Change(account)
    if method.alarmed_at and at < method.alarmed_at + ALARM_AGAIN_AFTER:
        return Change(account)
    event = UnusualActivityNoticed(
        kind="manyFailures",
        method_id=method.id,
        method_type=method.type,
        session_id=challenge.session_id,
        challenge_id=challenge.id,
        noticed_at=at,
    )
    update = AccountUpdate(account).put_method(method.model_copy(update={"alarmed_at": at}))
    return update.record(event, challenge.id).change()
