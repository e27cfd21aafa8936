"""What happened to a person's security info, for the person to read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from schemas.base import Event, MethodType
from schemas.enrollment import (
    DefaultMethodChanged,
    EnrollmentCompleted,
    EnrollmentSkipped,
    EnrollmentStarted,
    HelpDeskActed,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
    SecurityInfoConfirmed,
    SuspiciousActivityReported,
    UnusualActivityNoticed,
)
from services.kit.decision import Change
from services.kit.state import State

MOST = 100

HAPPENED_AT: dict[type[Event], str] = {
    EnrollmentStarted: "started_at",
    EnrollmentSkipped: "skipped_at",
    EnrollmentCompleted: "completed_at",
    SecurityInfoConfirmed: "confirmed_at",
    MethodRegistered: "registered_at",
    MethodChanged: "changed_at",
    MethodSuspended: "suspended_at",
    MethodRestored: "restored_at",
    MethodRemoved: "removed_at",
    DefaultMethodChanged: "changed_at",
    SuspiciousActivityReported: "reported_at",
    UnusualActivityNoticed: "noticed_at",
    HelpDeskActed: "acted_at",
}
"""The events that a person sees, and the field that says when each happened."""
DETAILS = ("act", "reason", "changed", "intent", "kind")

REQUESTS_PAUSED = "RequestsPaused"
"""An app gets no requests for a while, because the person denied several; it is on no topic."""

CHANGES = frozenset(
    event.__name__
    for event in (
        MethodRegistered,
        MethodChanged,
        MethodSuspended,
        MethodRestored,
        MethodRemoved,
        DefaultMethodChanged,
        UnusualActivityNoticed,
        HelpDeskActed,
    )
) | {REQUESTS_PAUSED}
"""What the person is told of when they come back."""


FOLLOWS_FROM = {
    "passGiven": MethodRegistered.__name__,
    "methodRestored": MethodRestored.__name__,
    "methodSuspended": MethodSuspended.__name__,
}
"""What comes of an act of the help desk, and is told with it."""


def happened_at(event: Event) -> datetime:
    """When an event of `HAPPENED_AT` happened."""
    at: datetime = getattr(event, HAPPENED_AT[type(event)])
    return at


class Entry(State):
    """One event. `detail` is what kind of it: what changed, or why; `name` is masked. `correlation` is the session or
    challenge in which it happened. Of what the help desk did, `agent`, `reason` and `ticket` say who and why; the
    session is the agent's, and not kept."""

    event: str
    at: datetime
    method_id: str | None = None
    method_type: MethodType | None = None
    name: str | None = None
    detail: str | None = None
    session_id: str | None = None
    correlation: str | None = None
    agent: str | None = None
    reason: str | None = None
    ticket: str | None = None


class Activity(State):
    """The newest events of one person, oldest first."""

    tenant: str
    user: str
    entries: tuple[Entry, ...] = ()


def news(entries: Sequence[Entry], *, since: datetime, own: Collection[str]) -> tuple[Entry, ...]:
    """Changes after that moment, the newest first, but for those of sessions of one's own, and for a default that only
    follows from another change."""
    mine = {*own, *(entry.correlation for entry in entries if entry.session_id in own and entry.correlation)}
    default = DefaultMethodChanged.__name__
    changed = {entry.correlation for entry in entries if entry.event in CHANGES - {default} and entry.correlation}
    found = [
        entry
        for entry in entries
        if entry.event in CHANGES
        and entry.at > since
        and entry.detail != "name"
        and not (entry.event == default and entry.correlation in changed)
        and not mine.intersection({entry.session_id, entry.correlation})
    ]
    return tuple(reversed(_without_what_follows(found)))


def readable(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The newest first, without a report that is told by the suspension which follows from it, and without what is told
    by an act of the help desk."""
    suspended = {entry.correlation for entry in entries if entry.event == MethodSuspended.__name__} - {None}
    report = SuspiciousActivityReported.__name__
    told = [entry for entry in entries if entry.event != report or entry.correlation not in suspended]
    return tuple(reversed(_without_what_follows(told)))


def noted(
    activity: Activity, event: Event, name: str | None = None, *, correlation: str | None = None
) -> Change[Activity]:
    """With one more event. `name` is what the account calls its method; the event has none, unless it is an old one.

    One that is there already, or was and had to give way, changes nothing: `lifecycle` may be read from its beginning
    once more.
    """
    method_id = getattr(event, "method_id", None)
    before = next((entry for entry in reversed(activity.entries) if entry.method_id == method_id and entry.name), None)
    entry = Entry(
        event=type(event).__name__,
        at=happened_at(event),
        method_id=method_id,
        method_type=getattr(event, "method_type", None) or (before.method_type if before else None),
        name=getattr(event, "display_name", None) or name or (before.name if before else None),
        detail=next((detail for field in DETAILS if (detail := getattr(event, field, None))), None),
        correlation=correlation,
        **_whose(event),
    )
    return Change(activity) if _was_noted(activity.entries, entry) else with_entry(activity, entry)


def with_entry(activity: Activity, entry: Entry) -> Change[Activity]:
    return Change(activity.model_copy(update={"entries": (*activity.entries, entry)[-MOST:]}))


def _was_noted(entries: Sequence[Entry], entry: Entry) -> bool:
    has_given_way = len(entries) >= MOST and entry.at < entries[0].at
    return has_given_way or any(_is_the_same(entry, other) for other in entries)


def _is_the_same(entry: Entry, other: Entry) -> bool:
    """What a method is called, the account may say otherwise by now."""
    alike = ("event", "at", "method_id", "detail", "session_id")
    return all(getattr(entry, field) == getattr(other, field) for field in alike)


def _whose(event: Event) -> dict[str, Any]:
    if isinstance(event, HelpDeskActed):
        return {"agent": event.agent, "reason": event.reason, "ticket": event.ticket}
    return {"session_id": getattr(event, "session_id", None)}


def _without_what_follows(entries: Sequence[Entry]) -> list[Entry]:
    """A pass comes a moment after its act, all else with it."""
    acts = [entry for entry in entries if entry.event == HelpDeskActed.__name__]

    def follows(entry: Entry) -> bool:
        return any(
            FOLLOWS_FROM.get(act.detail or "") == entry.event
            and act.method_id == entry.method_id
            and (act.detail == "passGiven" or act.at == entry.at)
            for act in acts
        )

    return [entry for entry in entries if not follows(entry)]
