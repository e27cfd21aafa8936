"""What an agent of the help desk may do and for whom, and what the log says of it (ADR 0035)."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from schemas.enrollment import TICKET, HelpDeskActed
from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.domain.account import Account, Former, Method
from services.enrollment.accounts.domain.methods import known_method
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.domain.session import Session
from services.kit.counting import Allowance, Count, one_more
from services.kit.decision import Change
from services.kit.errors import ProblemError, UnknownMethodError
from services.kit.state import State

Act = Literal["passGiven", "methodRestored", "methodSuspended", "sessionsEnded"]
Reason = Literal["lostDevice", "newDevice", "lockedOut", "mistake", "suspicion"]
Refusal = Literal["self", "colleague"]

REASONS: Final[tuple[Reason, ...]] = get_args(Reason)
OPERATES_FOR: Final = timedelta(days=90)
"""How long somebody who opened Operations counts as working there."""
MOST_FORMS: Final = 20
"""Forms of a session that are remembered, so that none acts twice; more than `limits.act` lets through in a session."""


class Grounds(State):
    """Who acts, in which session, and why. `ticket` names what the organisation keeps about it."""

    agent: str
    session_id: str
    reason: Reason
    ticket: str | None = None


def reason_of(text: str) -> Reason | None:
    return next((reason for reason in REASONS if reason == text), None)


def is_ticket(text: str) -> bool:
    return re.fullmatch(TICKET, text) is not None


def refusal_of(agent: Account, person: Account, but: Collection[str], *, at: datetime) -> Refusal | None:
    """Why an agent may do nothing for that person. `but` are the groups that are left to the platform: whoever took a
    help desk over must not get further by it."""
    if agent.id == person.id:
        return "self"
    operates = person.operated_at is not None and at < person.operated_at + OPERATES_FOR
    return "colleague" if operates or not set(person.profile.groups).isdisjoint(but) else None


def look_up(account: Account, most: Allowance, *, at: datetime) -> Account:
    """Count that an agent looks somebody up, whether or not there is such a person. Raises `rateLimited`."""
    counted = one_more(Count(account.looked_up, account.looked_up_since), most.count, most.within, at=at)
    return account.model_copy(update={"looked_up": counted.count, "looked_up_since": counted.since})


def looks_at(account: Account, session_id: str, user: str, *, at: datetime) -> Change[Account]:
    """The session's agent has this person before them from now on. Raises `sessionEnded`."""
    return lifecycle.move_session(
        account, session_id, lambda session: session.model_copy(update={"looks_at": user}), at=at
    )


def was_sent(session: Session, form: str) -> bool:
    return form in session.acts


def send(account: Account, session_id: str, form: str, most: Allowance, *, at: datetime) -> Change[Account]:
    """Count an act, and note its form. One that was sent before changes nothing.

    Raises:
        ProblemError: `rateLimited`, `sessionEnded`.
    """
    if was_sent(lifecycle.open_session(account, session_id, at=at), form):
        return Change(account)
    counted = one_more(Count(account.acted, account.acted_since), most.count, most.within, at=at)
    after = account.model_copy(update={"acted": counted.count, "acted_since": counted.since})
    return lifecycle.move_session(
        after,
        session_id,
        lambda session: session.model_copy(update={"acts": (*session.acts, form)[-MOST_FORMS:]}),
        at=at,
    )


def give_pass(account: Account, method: Method, grounds: Grounds, *, at: datetime) -> Change[Account]:
    """A pass is about to be made for the person."""
    return _acted(AccountUpdate(account), "passGiven", grounds, at, method).change()


def restore(account: Account, method_id: str, grounds: Grounds, *, at: datetime) -> Change[Account]:
    """Raises what `suspension.restore` does."""
    former = account.former_method(method_id, "administrator", at)
    update = _acted(
        AccountUpdate(account), "methodRestored", grounds, at, former.method if former else account.method(method_id)
    )
    return suspension.restored(update, method_id, "administrator", at=at).change()


def suspend(account: Account, method_id: str, grounds: Grounds, *, at: datetime) -> Change[Account]:
    """Raises `unknownMethod`, also for one that counts for nothing already."""
    method = known_method(account, method_id)
    if method.state != "active":
        raise UnknownMethodError
    update = _acted(AccountUpdate(account), "methodSuspended", grounds, at, method)
    return suspension.suspended(update, method_id, "administrator", grounds.session_id, at).change()


def end_sessions(account: Account, grounds: Grounds, *, at: datetime) -> Change[Account]:
    update = _acted(AccountUpdate(account), "sessionsEnded", grounds, at)
    return lifecycle.end_all(update, at=at).change()


def may_come_back(account: Account, *, at: datetime) -> tuple[Former, ...]:
    """What was deleted or changed, as an administrator may bring it back now."""
    ids = dict.fromkeys(former.method.id for former in account.former)
    found = (account.former_method(method_id, "administrator", at) for method_id in ids)
    return tuple(former for former in found if former and _can_be_restored(account, former.method.id, at))


def can_be_restored(account: Account, method: Method, *, at: datetime) -> bool:
    return method.state == "suspended" and _can_be_restored(account, method.id, at)


def _can_be_restored(account: Account, method_id: str, at: datetime) -> bool:
    try:
        suspension.restore(account, method_id, "administrator", at=at)
    except ProblemError:
        return False
    return True


def _acted(
    update: AccountUpdate, act: Act, grounds: Grounds, at: datetime, method: Method | None = None
) -> AccountUpdate:
    event = HelpDeskActed(
        act=act,
        agent=grounds.agent,
        reason=grounds.reason,
        ticket=grounds.ticket,
        session_id=grounds.session_id,
        method_id=method.id if method else None,
        method_type=method.type if method else None,
        acted_at=at,
    )
    return update.record(event, grounds.session_id)
