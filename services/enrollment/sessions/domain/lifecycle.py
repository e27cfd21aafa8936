"""The rules of sessions: begin, move, end; and what a proof changes in the one that waited for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from schemas.base import Event
from schemas.enrollment import (
    EnrollmentCancelled,
    EnrollmentCompleted,
    EnrollmentSkipped,
    EnrollmentStarted,
    EnrollmentStepReached,
    SecurityInfoConfirmed,
)
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.interrupts.domain import nudge
from services.enrollment.interrupts.domain.interrupt import TICKET_LIFE
from services.enrollment.methods.registry.domain import PROOFS
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import steps
from services.enrollment.sessions.domain.session import LONGEST_SESSION, RecentProof, Session
from services.kit.decision import Change
from services.kit.errors import RateLimitedError, SessionEndedError, TicketExpiredError, TicketUsedError

MOST_SESSIONS = 50
"""Of one person that are remembered, so that the account stays small."""
TRY_AGAIN_AFTER = 60


def start_session(account: Account, session: Session, *, at: datetime) -> Change[Account]:
    """The ticket of an interrupt was used. What is overdue ends first, so that none is forgotten before it ended.

    Raises:
        ProblemError: `ticketUsed`; `ticketExpired` where the person was erased; `rateLimited` where too many were
            begun within minutes.
    """
    if account.erased_at:
        raise TicketExpiredError
    if account.session(session.id):
        raise TicketUsedError
    update = _overdue_ended(AccountUpdate(account), at)
    before = update.account
    kept = _with_room(_remembered(before.sessions, at), at)
    put_off = nudge.nudged(before.put_off, at=at) if session.decision == "nudge" else before.put_off
    update = update.put(sessions=(*kept, session), put_off=put_off)
    if session.decision == "administer":
        update = update.put(operated_at=at)
    update = _recorded(update, session, _started(session, at))
    return _recorded(update, session, _reached(session, at)).change()


def move_session(
    account: Account, session_id: str, move: Callable[[Session], Session], *, at: datetime
) -> Change[Account]:
    """Apply `move` to an open session; a new step is an event, and acting extends the session.

    Raises:
        ProblemError: `sessionEnded`.
    """
    session = open_session(account, session_id, at=at)
    until = min(at + timedelta(minutes=session.life_minutes), session.started_at + LONGEST_SESSION)
    moved = move(session).model_copy(update={"expires_at": until})
    update = AccountUpdate(account).put_session(moved)
    if moved.step != session.step:
        update = _recorded(update, moved, _reached(moved, at))
    if moved.outcome == "completed" and session.outcome is None:
        update = _completed(update, moved, at)
    return update.change()


def skip_session(account: Account, session_id: str, policy: GroupPolicy, *, at: datetime) -> Change[Account]:
    """Put off what is missing. Where that is not possible (any more), nothing changes.

    Raises:
        ProblemError: `sessionEnded`.
    """
    session = open_session(account, session_id, at=at)
    given = nudge.skips_of(account, session, policy, at=at)
    if given is None or not given.left:
        return Change(account)
    event = EnrollmentSkipped(
        session_id=session_id,
        skips_left=given.left - 1,
        required_on=given.required_on,
        methods=account.active_types,
        skipped_at=at,
    )
    ended = session.model_copy(update={"outcome": "skipped", "ended_at": at})
    update = AccountUpdate(account).put(put_off=nudge.skipped(account.put_off, at=at)).put_session(ended)
    return update.record(event, session_id).change()


def confirm(account: Account, session_id: str, *, at: datetime) -> Change[Account]:
    """The person says that what is on file is right.

    Raises:
        ProblemError: `sessionEnded`.
    """
    session = open_session(account, session_id, at=at)
    if session.step != "confirm":
        return Change(account)
    event = SecurityInfoConfirmed(session_id=session_id, methods=account.active_types, confirmed_at=at)
    update = AccountUpdate(account).put(confirmed_at=at).record(event, session_id)
    return _completed(update, session.model_copy(update={"outcome": "completed"}), at).change()


def end_overdue_sessions(account: Account, *, at: datetime) -> Change[Account]:
    """End those whose time ran out, and forget those that ended long ago."""
    update = _overdue_ended(AccountUpdate(account), at)
    return update.put(sessions=_remembered(update.account.sessions, at)).change()


def end_session(
    account: Account, session_id: str, outcome: Literal["cancelled", "expired"], *, at: datetime
) -> Change[Account]:
    """The person left, or time ran out; what was set up is kept. A session that ended already stays as it is."""
    session = account.session(session_id)
    if session is None or session.outcome is not None:
        return Change(account)
    return _ended(AccountUpdate(account), session, outcome, at).change()


def end_all(update: AccountUpdate, *, at: datetime, but: str | None = None) -> AccountUpdate:
    """End every open session: whoever is in one may not be the person. `but` is the one that they are in for sure."""
    for session in update.account.sessions:
        if session.outcome is None and session.id != but:
            update = _ended(update, session, "cancelled", at)
    return update


def open_session(account: Account, session_id: str, *, at: datetime) -> Session:
    """The session, if the person can still act in it. Raises `sessionEnded`."""
    session = account.session(session_id)
    if session is None or not session.is_open(at):
        raise SessionEndedError
    return session


def after_registration(update: AccountUpdate, challenge: Challenge, *, at: datetime) -> AccountUpdate:
    """Move the session that waited for this registration to the step that says so."""
    session, step = _waiting(update.account, challenge), f"{challenge.method_type}.verified"
    if session is None or session.step == step:
        return update
    moved = session.model_copy(
        update={
            "step": step,
            "registered": (*session.registered, challenge.method_id),
            "draft": None,
            "proof": session.proof or _first_proof(challenge, at),
        }
    )
    return _recorded(update.put_session(moved), moved, _reached(moved, at))


def start_again(update: AccountUpdate, challenge: Challenge, *, at: datetime) -> AccountUpdate:
    """Something else took the place meanwhile: back to the first step of this method."""
    session = _waiting(update.account, challenge)
    if session is None:
        return update
    moved = session.model_copy(update={"step": steps.FIRST_STEP[challenge.method_type], "requested": None})
    return _recorded(update.put_session(moved), moved, _reached(moved, at))


def prove_first(update: AccountUpdate, challenge: Challenge, *, at: datetime) -> AccountUpdate:
    """Something must be proven before this method: to that step, and then back to the first of this method."""
    session = _waiting(update.account, challenge)
    if session is None:
        return update
    moved = steps.ask_for_proof(session, then=steps.FIRST_STEP[challenge.method_type])
    return _recorded(update.put_session(moved), moved, _reached(moved, at))


def was_cancelled(account: Account, challenge: Challenge) -> bool:
    """Whether the session that asked for it was left, or ended because it may not have been the person's."""
    session = account.session(challenge.session_id or "")
    return session is not None and session.outcome == "cancelled"


def after_proof(update: AccountUpdate, challenge: Challenge, *, at: datetime) -> AccountUpdate:
    """Note the proof in the session that asked for it, and let it go where the person wanted to go."""
    asked_in = update.account.session(challenge.session_id or "")
    if asked_in and asked_in.verifying and asked_in.outcome is None:
        verifying = asked_in.verifying
        return update.put_session(steps.proven_for_platform(asked_in, verifying, challenge.method_type, at))
    session = _waiting(update.account, challenge)
    if session is None:
        return update
    proof = RecentProof(method_id=challenge.method_id, method_type=challenge.method_type, at=at)
    moved = steps.proven(update.account, session, proof)
    return _recorded(update.put_session(moved), moved, _reached(moved, at))


def _first_proof(challenge: Challenge, at: datetime) -> RecentProof | None:
    """Who had nothing to prove has proven the first method that needs a proof."""
    if not PROOFS[challenge.terms.kind].proves_registration:
        return None
    return RecentProof(method_id=challenge.method_id, method_type=challenge.method_type, at=at)


def _waiting(account: Account, challenge: Challenge) -> Session | None:
    session = account.session(challenge.session_id or "")
    waits = session is not None and session.outcome is None and session.requested is not None
    return session if waits and session and session.requested and session.requested.id == challenge.id else None


def _remembered(sessions: tuple[Session, ...], at: datetime) -> tuple[Session, ...]:
    return tuple(session for session in sessions if session.outcome is None or at < session.forgotten_at)


def _with_room(sessions: tuple[Session, ...], at: datetime) -> tuple[Session, ...]:
    """Without the oldest that have ended, if there are too many. Those whose ticket may still be presented stay, for it
    was used.

    Raises:
        ProblemError: `rateLimited` where all of them must stay.
    """
    over = len(sessions) + 1 - MOST_SESSIONS
    may_go = [
        session.id for session in sessions if session.outcome is not None and at >= session.started_at + TICKET_LIFE
    ]
    if over > len(may_go):
        raise RateLimitedError.retry_after(TRY_AGAIN_AFTER)
    gone = set(may_go[: max(over, 0)])
    return tuple(session for session in sessions if session.id not in gone)


def _overdue_ended(update: AccountUpdate, at: datetime) -> AccountUpdate:
    for session in update.account.sessions:
        if session.outcome is None and session.expires_at <= at:
            update = _ended(update, session, "expired", at)
    return update


def _ended(
    update: AccountUpdate, session: Session, outcome: Literal["cancelled", "expired"], at: datetime
) -> AccountUpdate:
    ended = session.model_copy(update={"outcome": outcome, "ended_at": at})
    put_off = update.account.put_off
    if put_off and nudge.is_undecided(session):
        put_off = nudge.skipped(put_off, at=at)
    on_file = update.account.active_types
    event = EnrollmentCancelled(session_id=session.id, reason=outcome, methods=on_file, cancelled_at=at)
    return _recorded(update.put(put_off=put_off).put_session(ended), session, event)


def _completed(update: AccountUpdate, session: Session, at: datetime) -> AccountUpdate:
    """All that was asked for is on file."""
    event = EnrollmentCompleted(session_id=session.id, methods=update.account.active_types, completed_at=at)
    put_off = None if session.plan else update.account.put_off
    ended = session.model_copy(update={"ended_at": at})
    return update.put(put_off=put_off).put_session(ended).record(event, session.id)


def _started(session: Session, at: datetime) -> EnrollmentStarted:
    return EnrollmentStarted(
        session_id=session.id,
        intent=session.intent,
        decision=session.decision,
        required=session.plan,
        started_at=at,
    )


def _reached(session: Session, at: datetime) -> EnrollmentStepReached:
    return EnrollmentStepReached(session_id=session.id, step=session.step, reached_at=at)


def _recorded(update: AccountUpdate, session: Session, event: Event) -> AccountUpdate:
    """A verification for a platform is no enrolment and has no events."""
    return update if session.verifying else update.record(event, session.id)
