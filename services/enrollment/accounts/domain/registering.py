"""A proof was right: a method becomes active, changes its number, or is noted as used."""

from collections.abc import Sequence
from datetime import datetime

from schemas.enrollment import NO_NAME, MethodChanged, MethodRegistered
from services.enrollment.accounts.domain.account import Account, Former, Method, Removal
from services.enrollment.accounts.domain.conflicts import conflict_of, superseded
from services.enrollment.accounts.domain.defaults import preferred_default, settle_default, with_inherited_default
from services.enrollment.accounts.domain.methods import removed, with_former
from services.enrollment.accounts.domain.suspension import restored_after_proof
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.domain.eligibility import must_prove
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import lifecycle
from services.kit.decision import Change
from services.kit.errors import MethodAlreadyRegisteredError, ProblemError


def register(account: Account, challenge: Challenge, registration: Registration, *, at: datetime) -> Change[Account]:
    """A proof was right: the method becomes active, once, or its new number does. The first, or a better, one becomes
    the default. What it takes the place of goes.

    What another session registered meanwhile is not registered twice; the session that proved it goes on all the same.
    """
    if account.erased_at or lifecycle.was_cancelled(account, challenge):
        return Change(account)
    held = account.method(challenge.method_id)
    if held and registration.changes == held.id and held.state == "active":
        return _change_destination(account, held, challenge, registration, at)
    update = AccountUpdate(account)
    if held:
        return lifecycle.after_registration(update, challenge, at=at).change()
    gone = superseded(account, challenge.method_type, registration)
    if problem := conflict_of(account, challenge.method_type, registration, but=[method.id for method in gone]):
        return _after_conflict(update, challenge, problem, at).change()
    method = _new_method(challenge, registration, at)
    rest = tuple(kept for kept in account.methods if kept not in gone)
    grown = account.model_copy(update={"methods": (*rest, method), "former": _kept(account, gone, registration, at)})
    grown = with_inherited_default(grown, method, gone)
    update = AccountUpdate(grown).record(_registered(method, challenge, preferred_default(grown), at), challenge.id)
    for replaced in gone:
        update = update.record(
            removed(replaced, _reason(replaced, registration), challenge.session_id, at), challenge.id
        )
    update = settle_default(update, challenge.id, at, previous=account.default_method_id)
    return lifecycle.after_registration(update, challenge, at=at).change()


def lacks_proof(account: Account, challenge: Challenge, policy: GroupPolicy, *, at: datetime) -> bool:
    """Whether the session that asked may not register any more: it has proven nothing, and another one registered
    something to prove meanwhile. Else whoever has only the password keeps a call waiting, and wins when the person has
    come. A platform, which has no session here, answers for itself.
    """
    session = account.session(challenge.session_id or "")
    if session is None or session.proof:
        return False
    others = tuple(method for method in account.methods if method.id not in session.registered)
    return must_prove(account.model_copy(update={"methods": others}), policy, at)


def prove_first(account: Account, challenge: Challenge, *, at: datetime) -> Change[Account]:
    """Nothing is registered; a session that waits for it is led to "Verify it's you"."""
    return lifecycle.prove_first(AccountUpdate(account), challenge, at=at).change()


def is_registered(account: Account | None, challenge: Challenge) -> bool:
    """Whether what the challenge registers is on file, or counts as such for the session that asked."""
    session = account.session(challenge.session_id or "") if account else None
    return session is None or challenge.method_id in session.registered or is_active(account, challenge.method_id)


def is_active(account: Account | None, method_id: str) -> bool:
    method = account.method(method_id) if account else None
    return method is not None and method.state == "active"


def prove(account: Account, challenge: Challenge, codes_left: int | None, *, at: datetime) -> Change[Account]:
    """A registered method was proven: note when, and let the session that asked for it go on. One that is suspended
    meanwhile proves nothing."""
    method = account.method(challenge.method_id)
    if method is None or method.state != "active":
        return Change(account)
    used = method.model_copy(update={"last_used_at": at, "codes_left": _left(method, codes_left)})
    update = AccountUpdate(account).put_method(used)
    proven = lifecycle.after_proof(update, challenge, at=at)
    return restored_after_proof(proven, challenge.session_id or "", at=at).change()


def _left(method: Method, reported: int | None) -> int | None:
    """Codes left after a use; a pass that is good once is used up."""
    if TRAITS[method.type].is_handed_out and method.codes_left:
        return 0
    return method.codes_left if reported is None else reported


def _after_conflict(
    update: AccountUpdate, challenge: Challenge, problem: type[ProblemError], at: datetime
) -> AccountUpdate:
    """The same thing is on file already: so much for it. Something else is: the person starts this method again."""
    if problem is MethodAlreadyRegisteredError:
        return lifecycle.after_registration(update, challenge, at=at)
    return lifecycle.start_again(update, challenge, at=at)


def _reason(method: Method, registration: Registration) -> Removal:
    return "lostOrStolen" if method.id == registration.replaces and registration.is_lost else "replaced"


def _kept(account: Account, gone: Sequence[Method], registration: Registration, at: datetime) -> tuple[Former, ...]:
    kept = account.former
    for replaced in gone:
        kept = with_former(account.model_copy(update={"former": kept}), replaced, _reason(replaced, registration), at)
    return kept


def _new_method(challenge: Challenge, registration: Registration, at: datetime) -> Method:
    shared = registration.model_dump(exclude={"changes", "replaces", "is_lost"})
    return Method(id=challenge.method_id, type=challenge.method_type, created_at=at, **shared)


def _change_destination(
    account: Account, held: Method, challenge: Challenge, registration: Registration, at: datetime
) -> Change[Account]:
    update = AccountUpdate(account)
    if held.destination_hash == registration.destination_hash:
        return lifecycle.after_registration(update, challenge, at=at).change()
    if conflict_of(account, held.type, registration, but=[held.id]):
        return lifecycle.start_again(update, challenge, at=at).change()
    changed = held.model_copy(
        update={
            "display_name": registration.display_name,
            "delivery": registration.delivery,
            "destination": registration.destination,
            "destination_hash": registration.destination_hash,
            "changed_at": at,
        }
    )
    event = MethodChanged(
        method_id=held.id,
        method_type=held.type,
        changed="destination",
        session_id=challenge.session_id,
        challenge_id=challenge.id,
        changed_at=at,
    )
    update = update.put_method(changed).put(former=with_former(account, held, "changed", at))
    return lifecycle.after_registration(update.record(event, challenge.id), challenge, at=at).change()


def _registered(method: Method, challenge: Challenge, default: str | None, at: datetime) -> MethodRegistered:
    return MethodRegistered(
        method_id=method.id,
        method_type=method.type,
        display_name=NO_NAME,
        phone_type=method.phone_type,
        is_default=method.id == default,
        session_id=challenge.session_id,
        challenge_id=challenge.id,
        registered_at=at,
    )
