"""The rows of "My security info": methods that may come back or be added, and what happened."""

from collections.abc import Sequence
from datetime import datetime

from services.enrollment.accounts.domain.account import Account, Former
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.accounts.handlers.self_service import Addable
from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.methods.registry.words import WORDS, name_of
from services.enrollment.sessions.domain.session import Session
from services.enrollment.web.security_info.views import ActivityRow, News
from services.enrollment.web.security_info.words import OPEN, SETTING_UP, VERIFYING, activity_text, news_text
from services.enrollment.web.views import Choice
from services.enrollment.web.words import day, moment, with_mask

MOST_NEWS = 5


def former_row(former: Former) -> MethodRow:
    """A method that may come back."""
    method = former.method
    what = "Changed" if former.reason == "changed" else "Deleted"
    return MethodRow(
        id=method.id,
        type=method.type,
        label=name_of(method).label,
        detail=method.display_name,
        name=method.name,
        role=None,
        state="suspended",
        last_used=f"{what}; can be brought back until {day(former.until)}",
        actions=("restore",),
    )


def activity_row(entry: Entry, account: Account) -> ActivityRow | None:
    """What happened, in a sentence; None for what needs no word."""
    text = activity_text(entry, _named(entry, account))
    return ActivityRow(at=entry.at, text=text) if text else None


def news_of(entries: Sequence[Entry], since: datetime) -> News | None:
    """None where nothing changed."""
    texts = [f"{news_text(entry, _kind_of(entry))} {moment(entry.at)}." for entry in entries]
    if not texts:
        return None
    return News(since=day(since), texts=tuple(texts[:MOST_NEWS]), more=len(texts[MOST_NEWS:]))


def open_session(session: Session) -> str:
    """One of the person's sessions, as they may remember it."""
    what = VERIFYING if session.verifying else OPEN.get(session.intent, SETTING_UP)
    return f"{what}, since {moment(session.started_at)}"


def choice_of(addable: Addable) -> Choice:
    """A method that can be added, with a sentence."""
    name = WORDS[addable[0]].name_of(addable[1])
    return value_of(addable), name.label, name.set_up


def value_of(addable: Addable) -> str:
    return f"{addable[0]}.{addable[1]}" if addable[1] else addable[0]


def _kind_of(entry: Entry) -> str:
    """Which one, the list and the activity say."""
    words = WORDS.get(entry.method_type or "")
    return words.name.label if words else "A method"


def _named(entry: Entry, account: Account) -> str:
    method = account.method(entry.method_id or "")
    if method and method.name:
        return method.name
    words = WORDS.get(entry.method_type or "")
    return with_mask(words.name.label if words else "A method", entry.name)
