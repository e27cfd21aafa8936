"""How far a person may put off what is missing, and when what is on file must be looked at again."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from services.enrollment.accounts.domain.account import Account, PutOff
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain.session import Session


@dataclass(frozen=True)
class Leeway:
    """How many skips are left, of how many, and from when on there are none."""

    left: int
    of: int
    required_on: datetime


def leeway(account: Account, policy: GroupPolicy, *, at: datetime, session: Session | None = None) -> Leeway | None:
    """What is left to the person, or to a session of theirs; None where policy lets nobody skip.

    An open session in which nothing was registered counts as a skip for every later one, so that a closed browser
    counts at once, and skips are not multiplied by tabs.
    """
    if policy.skip is None:
        return None
    required_on = _required_on(account, policy, at)
    used = (account.put_off.skips if account.put_off else 0) + len(_undecided_before(account, session))
    left = max(policy.skip.count - used, 0) if at < required_on else 0
    return Leeway(left, policy.skip.count, required_on)


def decision_for(account: Account, policy: GroupPolicy, *, at: datetime) -> Literal["none", "nudge", "register"]:
    """What a sign-in leads to while something is missing; `none` for a while after a skip."""
    given = leeway(account, policy, at=at)
    if given is None or at >= given.required_on:
        return "register"
    if _is_snoozed(account, policy, at):
        return "none"
    return "nudge" if given.left else "register"


def skips_of(account: Account, session: Session, policy: GroupPolicy, *, at: datetime) -> Leeway | None:
    """What a session may still put off; None in one that must register, or has registered something."""
    return leeway(account, policy, at=at, session=session) if is_undecided(session) else None


def is_undecided(session: Session) -> bool:
    return session.decision == "nudge" and session.outcome is None and not session.registered


def nudged(put_off: PutOff | None, *, at: datetime) -> PutOff:
    return put_off or PutOff(since=at)


def skipped(put_off: PutOff | None, *, at: datetime) -> PutOff:
    """The person put it off once more."""
    before = nudged(put_off, at=at)
    return before.model_copy(update={"skips": before.skips + 1, "last_skip_at": at})


def is_confirmation_due(account: Account, policy: GroupPolicy, *, at: datetime) -> bool:
    """Whether it is so long ago that the person confirmed, registered or changed something that they are asked."""
    looked_at = [method.changed_at or method.created_at for method in account.methods if method.state == "active"]
    if not policy.confirm_every_days or not looked_at:
        return False
    newest = max([*looked_at, *([account.confirmed_at] if account.confirmed_at else [])])
    return at >= newest + timedelta(days=policy.confirm_every_days)


def _required_on(account: Account, policy: GroupPolicy, at: datetime) -> datetime:
    since = account.put_off.since if account.put_off else at
    days, day = (policy.skip.days, policy.skip.required_on) if policy.skip else (0, None)
    after_days = since + timedelta(days=days)
    return min(after_days, datetime.combine(day, time(), UTC)) if day else after_days


def _undecided_before(account: Account, session: Session | None) -> list[Session]:
    undecided = [session for session in account.sessions if is_undecided(session)]
    ids = [session.id for session in undecided]
    return undecided[: ids.index(session.id)] if session and session.id in ids else undecided


def _is_snoozed(account: Account, policy: GroupPolicy, at: datetime) -> bool:
    last = account.put_off.last_skip_at if account.put_off else None
    days = policy.skip.snooze_days if policy.skip else 0
    return last is not None and at < last + timedelta(days=days)
