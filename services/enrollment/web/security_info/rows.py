"""The rows of "My security info": methods that may come back or be added, and what happened."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.enrollment.accounts.domain import unusual
from services.enrollment.accounts.domain.account import Account, Former
from services.enrollment.accounts.domain.activity import Entry
from services.enrollment.accounts.handlers.self_service import Addable
from services.enrollment.i18n import long_date
from services.enrollment.methods.registry.rows import MethodRow, kind_in, name_in
from services.enrollment.methods.registry.words import detail_of, name_of
from services.enrollment.sessions.domain.session import Session
from services.enrollment.web.security_info.views import ActivityRow, RecentChanges
from services.enrollment.web.security_info.words import (
    CAN_RETURN,
    IN_ANOTHER_BROWSER,
    IN_THIS_BROWSER,
    OPEN,
    SETTING_UP,
    VERIFYING,
    activity_text,
    news_text,
)
from services.enrollment.web.words import HELP_DESK_REASONS, device_of, moment

MOST_NEWS = 5
OWN_WORDS = frozenset({"SuspiciousActivityReported", "UnusualActivityNoticed.notMe"})
"""What a person said themselves; of all else they can say that it wasn't them."""


def former_row(former: Former) -> MethodRow:
    """A method that may come back."""
    method = former.method
    until = CAN_RETURN["changed" if former.reason == "changed" else "deleted"]
    return MethodRow(
        id=method.id,
        type=method.type,
        label=name_of(method).label,
        detail=detail_of(method),
        name=method.name,
        role=None,
        state="suspended",
        last_used=until.format(day=long_date(former.until)),
        actions=("restore",),
    )


def activity_rows(entries: Sequence[Entry], account: Account, session_id: str) -> tuple[ActivityRow, ...]:
    """What happened; the same in a row is said once, with how often."""
    told = list[ActivityRow]()
    for row in (activity_row(entry, account, session_id) for entry in entries):
        newer = told[-1] if told else None
        if row and newer and (row.text, row.where, row.device) == (newer.text, newer.where, newer.device):
            told[-1] = replace(newer, times=newer.times + 1)
        elif row:
            told.append(row)
    return tuple(told)


def activity_row(entry: Entry, account: Account, session_id: str) -> ActivityRow | None:
    """What happened, in a sentence, in which browser and where; None for what needs no word."""
    text = activity_text(entry, name_in(entry, account))
    if text is None:
        return None
    return ActivityRow(
        at=entry.at,
        text=text,
        where=_where(entry, account, session_id),
        device=device_of(entry, account),
        why=HELP_DESK_REASONS.get(entry.reason or ""),
        disown=disowned_at(entry) if may_be_disowned(entry) else None,
    )


def may_be_disowned(entry: Entry) -> bool:
    return OWN_WORDS.isdisjoint({entry.event, f"{entry.event}.{entry.detail}"})


def disowned_at(entry: Entry) -> str:
    """By what an entry is known in an address."""
    return f"{entry.event} {entry.method_id or ''} {entry.at.isoformat()}"


def _where(entry: Entry, account: Account, session_id: str) -> str | None:
    if entry.session_id is None:
        return None
    here, there = unusual.browser_of(account, session_id), unusual.browser_of(account, entry.session_id)
    if entry.session_id == session_id or (here and here == there):
        return IN_THIS_BROWSER
    return IN_ANOTHER_BROWSER if there else None


def news_of(entries: Sequence[Entry], since: datetime) -> RecentChanges | None:
    """None where nothing changed."""
    texts = [news_text(entry, kind_in(entry)) for entry in entries]
    if not texts:
        return None
    return RecentChanges(since=long_date(since), texts=tuple(texts[:MOST_NEWS]), more=len(texts[MOST_NEWS:]))


def open_session(session: Session) -> str:
    """One of the person's sessions, as they may remember it."""
    what = VERIFYING if session.verifying else OPEN.get(session.intent, SETTING_UP)
    return what.format(when=moment(session.started_at))


def value_of(addable: Addable) -> str:
    return f"{addable[0]}.{addable[1]}" if addable[1] else addable[0]
