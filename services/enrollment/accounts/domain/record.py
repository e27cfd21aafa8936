"""The record of every authenticator ever bound, as the lifecycle events tell it (NIST SP 800-63B-4, 4.1).

Replayed in order, they give what the account says; methods that are gone stay in the record.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field

from schemas.base import Event, MethodType
from schemas.enrollment import (
    AccountErased,
    DefaultMethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
)
from services.enrollment.accounts.domain.account import Account
from services.kit.state import State


class Bound(State):
    """One authenticator. `state` is that of the method, or `removed`. It has no name: the log must hold nothing that an
    erasure would have to reach."""

    id: str
    type: MethodType
    phone_type: str | None
    state: str
    bound_at: datetime


class Record(State):
    """All authenticators of one person, and which one is used first."""

    bound: Mapping[str, Bound] = Field(default_factory=dict)
    default: str | None = None

    @property
    def on_file(self) -> "Record":
        """Without those that are gone."""
        return Record(
            bound={key: bound for key, bound in self.bound.items() if bound.state != "removed"}, default=self.default
        )


def record_of(events: Iterable[Event], since: Record | None = None) -> Record:
    """What lifecycle events, in order, say; `since` is what those before them said."""
    record = since or Record()
    for event in events:
        record = _after(record, event)
    return record


def record_in(account: Account) -> Record:
    """What the account says."""
    bound = {
        method.id: Bound(
            id=method.id,
            type=method.type,
            phone_type=method.phone_type,
            state=method.state,
            bound_at=method.created_at,
        )
        for method in account.methods
    }
    return Record(bound=bound, default=account.default_method_id)


def _after(record: Record, event: Event) -> Record:
    after = record
    match event:
        case MethodRegistered():
            after = _with(record, _bound(event))
        case MethodSuspended():
            after = _put(record, event.method_id, state="disabled" if event.reason == "disabled" else "suspended")
        case MethodRestored():
            after = _put(record, event.method_id, state="active")
        case MethodRemoved():
            after = _put(record, event.method_id, state="removed")
        case DefaultMethodChanged():
            after = record.model_copy(update={"default": event.method_id})
        case AccountErased():
            after = Record()
    return after


def _bound(event: MethodRegistered) -> Bound:
    return Bound(
        id=event.method_id,
        type=event.method_type,
        phone_type=event.phone_type,
        state="active",
        bound_at=event.registered_at,
    )


def _with(record: Record, bound: Bound) -> Record:
    return record.model_copy(update={"bound": {**record.bound, bound.id: bound}})


def _put(record: Record, method_id: str, **fields: object) -> Record:
    known = record.bound.get(method_id)
    return _with(record, known.model_copy(update=fields)) if known else record
