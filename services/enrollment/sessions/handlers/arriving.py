"""What is known of whoever begins a session, and whether it is usual."""

from datetime import datetime
from typing import NamedTuple

from services.enrollment.accounts.domain import unusual
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.unusual import Arrival, Seen
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import keyed_hashes
from services.kit.decision import Change
from services.kit.http.browsers import BrowserName


class Visitor(NamedTuple):
    """`browser` is what the browser's own cookie holds, by which one is known again, `country` what a proxy names,
    `language` the one of ours that the browser prefers, `name` what it calls itself; empty where it is not known."""

    browser: str = ""
    country: str = ""
    language: str = ""
    name: BrowserName = BrowserName()


NOBODY = Visitor()


def arrived(
    begun: Change[Account],
    visitor: Visitor,
    session_id: str,
    keyring: Keyring,
    *,
    at: datetime,
    challenge_id: str | None = None,
) -> Change[Account]:
    """Note who came. The browser and the country are compared by keyed hashes; to be read by the person, and nowhere
    but in the account, their names are kept."""
    if not (visitor.browser or visitor.country):
        return begun
    account = begun.state

    def marks(kind: str, value: str) -> tuple[str, ...]:
        return keyed_hashes(keyring, f"{kind} {account.id} {value}", tenant=account.tenant) if value else ()

    browser, country = marks("browser", visitor.browser), marks("country", visitor.country)
    seen = Seen(visitor.name.browser, visitor.name.system, visitor.country)
    return unusual.met(begun, Arrival(session_id, browser, country, challenge_id, seen), at=at)
