"""How methods are suspended, and come back."""

from datetime import datetime
from typing import Literal

from schemas.enrollment import (
    NO_NAME,
    MethodRestored,
    MethodSuspended,
    SuspiciousActivityReported,
    UnusualActivityNoticed,
)
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.conflicts import conflict_of
from services.enrollment.accounts.domain.defaults import settle_default
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.domain.session import Session
from services.kit.decision import Change
from services.kit.errors import MethodLimitReachedError, ProblemError, UnknownMethodError

Suspension = Literal["notMe", "reported", "disabled", "administrator"]


def suspend(account: Account, method_id: str, reason: Suspension, correlation: str, *, at: datetime) -> Change[Account]:
    """Idempotent: nothing happens to a method that is suspended already, or gone."""
    return suspended(AccountUpdate(account), method_id, reason, correlation, at).change()


def restore(
    account: Account,
    method_id: str,
    by: Literal["person", "administrator"],
    *,
    at: datetime,
    session_id: str | None = None,
) -> Change[Account]:
    """Make a suspended method active again, or bring back what a removed or changed one was; in a session, where it is
    the person's own.

    Raises:
        ProblemError: `unknownMethod`, also for one that was lost, stolen, replaced or disabled;
        `methodAlreadyRegistered` or
            `methodLimitReached` where something else has its place.
    """
    return restored(AccountUpdate(account), method_id, by, at=at, session_id=session_id).change()


def restored(
    update: AccountUpdate,
    method_id: str,
    by: Literal["person", "administrator"],
    *,
    at: datetime,
    session_id: str | None = None,
) -> AccountUpdate:
    """The same, as a part of a change. Raises what `restore` does."""
    account = update.account
    held = account.method(method_id)
    former = account.former_method(method_id, by, at)
    before = former.method if former else held
    if before is None or (former is None and before.state != "suspended") or not _may_return(before, held):
        raise UnknownMethodError
    if TRAITS[before.type].is_renewed and any(method.state == "active" for method in account.of_type(before.type)):
        raise MethodLimitReachedError
    place = _place_of(before)
    if problem := conflict_of(account, before.type, place, but=[method_id]):
        raise problem
    method = before.model_copy(update={"state": "active"})
    rest = tuple(other for other in account.methods if other.id != method_id)
    kept = tuple(former for former in account.former if former.method.id != method_id)
    event = MethodRestored(
        method_id=method.id,
        method_type=method.type,
        display_name=NO_NAME,
        phone_type=method.phone_type,
        by=by,
        restored_at=at,
    )
    correlation = session_id or method_id
    update = update.put(methods=(*rest, method), former=kept).record(event, correlation)
    return settle_default(update, correlation, at)


def may_vouch(method: Method, method_id: str, session: Session) -> bool:
    """Whether a proof of this method can bring that one back: a method cannot vouch for itself, nor can one that came
    in this very session."""
    return method.state == "active" and method.id != method_id and method.created_at < session.started_at


def vouches_for(account: Account, session: Session, method_id: str) -> bool:
    """Whether the session was opened by such a proof. What the platform vouches for may have been this very method."""
    proof = session.proof
    proven = account.method(proof.method_id) if proof and proof.method_id else None
    return proven is not None and may_vouch(proven, method_id, session)


def restored_after_proof(update: AccountUpdate, session_id: str, *, at: datetime) -> AccountUpdate:
    """What waited for this very proof, of another method, comes back. Where something else has its place by now, the
    list says so when it is asked for again."""
    session = update.account.session(session_id)
    if session is None or session.outcome or not session.restoring:
        return update
    is_just_proven = session.proof is not None and session.proof.at == at
    if not is_just_proven or not vouches_for(update.account, session, session.restoring):
        return update
    try:
        return restored(update, session.restoring, "person", at=at, session_id=session_id)
    except ProblemError:
        return update


def repudiate(
    account: Account, method_id: str, correlation: str, *, at: datetime, suspends: bool = True
) -> Change[Account]:
    """ "This wasn't me": the method that came or changed is suspended, every session ends, and an event says so."""
    reported = SuspiciousActivityReported(method_id=method_id, reported_at=at)
    update = AccountUpdate(account)
    if suspends:
        update = suspended(update, method_id, "notMe", correlation, at)
    update = update.record(reported, correlation)
    return lifecycle.end_all(update, at=at).change()


def repudiate_use(account: Account, used_in: str | None, correlation: str, *, at: datetime) -> Change[Account]:
    """ "This wasn't me" of something that changed no method, such as a session in another browser."""
    noticed = UnusualActivityNoticed(kind="notMe", session_id=used_in, noticed_at=at)
    return lifecycle.end_all(AccountUpdate(account).record(noticed, correlation), at=at).change()


def report_suspicious(account: Account, challenge: Challenge, *, at: datetime, by_holder: bool) -> Change[Account]:
    """Somebody says that a request was not theirs. Only who holds the method (a signed answer, a key pressed during the
    call) suspends it: whoever has no more than the password must not be able to take methods away."""
    if account.erased_at:
        return Change(account)
    event = SuspiciousActivityReported(method_id=challenge.method_id, challenge_id=challenge.id, reported_at=at)
    update = AccountUpdate(account).record(event, challenge.id)
    return (suspended(update, challenge.method_id, "reported", challenge.id, at) if by_holder else update).change()


def _may_return(before: Method, held: Method | None) -> bool:
    """A disabled method is bound anew, and a pass is handed out anew."""
    disabled = "disabled" in {before.state, held.state if held else None}
    return not disabled and not TRAITS[before.type].is_handed_out


def _place_of(method: Method) -> Registration:
    return Registration(
        display_name=method.display_name,
        phone_type=method.phone_type,
        destination_hash=method.destination_hash,
        credential_id=method.credential_id,
    )


def suspended(
    update: AccountUpdate, method_id: str, reason: Suspension, correlation: str, at: datetime
) -> AccountUpdate:
    """The same as `suspend`, as a part of a change."""
    method = update.account.method(method_id)
    if method is None or method.state != "active":
        return update
    state = "disabled" if reason == "disabled" else "suspended"
    event = MethodSuspended(method_id=method.id, method_type=method.type, reason=reason, suspended_at=at)
    update = update.put_method(method.model_copy(update={"state": state})).record(event, correlation)
    return settle_default(update, correlation, at)
