"""What is unusual in an account and may be somebody else: a browser or a country in which this person never was, two
countries at once, many wrong proofs.

Source: OWASP ASVS 5.0, 6.3.5. Browsers and countries are known again by keyed hashes; so that the person knows them
again as well, the account keeps what a browser calls itself and the country of its sessions. Of addresses it keeps
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.enrollment import UnusualActivityNoticed
from services.enrollment.accounts.domain.account import Account, Browser, Country
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge
from services.kit.decision import Change

MOST_BROWSERS = 10
MOST_COUNTRIES = 10
TRAVEL = timedelta(hours=1)
"""Nobody is in another country, in another browser, so soon; who is near a border, or comes by a proxy, may seem to."""
MOST_SESSIONS = 10
"""Of each browser that are remembered."""
ALARM_AGAIN_AFTER = timedelta(days=1)
FIRST_LOOK = timedelta(days=30)
"""What a browser shows as new that never showed anything."""


class Seen(NamedTuple):
    """What the person may read of it: "Firefox", "Windows", and a country (ISO 3166-1 alpha-2); empty where it is not
    known."""

    name: str = ""
    system: str = ""
    country: str = ""


UNSEEN = Seen()


@dataclass(frozen=True)
class Arrival:
    """Somebody begins a session. `browser` and `country` are the marks of theirs, those under the newest key first;
    none where it is not known. `challenge_id` is what a platform asked for; else the session is one of ours."""

    session_id: str
    browser: Sequence[str] = ()
    country: Sequence[str] = ()
    challenge_id: str | None = None
    seen: Seen = UNSEEN


def met(begun: Change[Account], arrival: Arrival, *, at: datetime) -> Change[Account]:
    """A session was begun. Where something about it is new, that is told, the most telling alone; but only where the
    person has something to lose, and something else is known of them."""
    account = begun.state
    update = AccountUpdate(account, tuple(begun.emissions))
    kind = _kind(account, arrival, at)
    if kind and account.methods:
        ours = arrival.session_id if arrival.challenge_id is None else None
        event = UnusualActivityNoticed(kind=kind, session_id=ours, challenge_id=arrival.challenge_id, noticed_at=at)
        update = update.record(event, arrival.session_id)
    return _remembered(update, arrival, at).change()


def _kind(account: Account, arrival: Arrival, at: datetime) -> str | None:
    is_new_browser = bool(arrival.browser and account.browsers) and _browser(account, arrival) is None
    is_new_country = bool(arrival.country and account.countries) and _country(account, arrival) is None
    before = account.countries[-1] if account.countries and arrival.country else None
    if before and before.mark not in arrival.country and at < before.at + TRAVEL and not _was_here(account, arrival):
        return "impossiblePace"
    if is_new_country:
        return "newCountry"
    return "newBrowser" if is_new_browser else None


def _was_here(account: Account, arrival: Arrival) -> bool:
    """Whether the session before was begun in the same browser: its network changed, and nobody travelled."""
    return not arrival.browser or (bool(account.browsers) and account.browsers[-1].mark in arrival.browser)


def _remembered(update: AccountUpdate, arrival: Arrival, at: datetime) -> AccountUpdate:
    account = update.account
    if arrival.browser:
        known = _browser(account, arrival)
        before = known or Browser(mark=arrival.browser[0])
        sessions = (*before.sessions, arrival.session_id)[-MOST_SESSIONS:]
        browser = _seen(before.model_copy(update={"mark": arrival.browser[0], "sessions": sessions}), arrival)
        others = tuple(other for other in account.browsers if other is not known)
        update = update.put(browsers=(*others, browser)[-MOST_BROWSERS:])
    if arrival.country:
        here, away = Country(mark=arrival.country[0], at=at), _country(account, arrival)
        elsewhere = tuple(other for other in account.countries if other is not away)
        update = update.put(countries=(*elsewhere, here)[-MOST_COUNTRIES:])
    return update


def _seen(browser: Browser, arrival: Arrival) -> Browser:
    """The newest name counts, and none where it says none: it may be somebody else who has its cookie. Places are those
    of the sessions that are remembered."""
    seen = arrival.seen
    places = {**browser.places, **({arrival.session_id: seen.country} if seen.country else {})}
    known = {session: place for session, place in places.items() if session in browser.sessions}
    return browser.model_copy(update={"name": seen.name or None, "system": seen.system or None, "places": known})


def _browser(account: Account, arrival: Arrival) -> Browser | None:
    return next((browser for browser in account.browsers if browser.mark in arrival.browser), None)


def _country(account: Account, arrival: Arrival) -> Country | None:
    return next((country for country in account.countries if country.mark in arrival.country), None)


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
    return update.put(browsers=tuple(seen if known is browser else known for known in account.browsers)).change()


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
