"""The rules of methods on file: which may be beside which, and how they come, change and go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from schemas.base import MethodType
from schemas.enrollment import (
    AccountErased,
    DefaultMethodChanged,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
    SuspiciousActivityReported,
)
from services.enrollment.accounts.domain.account import KEEP_FORMER, Account, Former, Method, Profile, Removal
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.policies.domain.policy import DEFAULT_ORDER, missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.enrollment.sessions.domain import lifecycle as sessions
from services.kit.decision import Change
from services.kit.errors import (
    CATALOGUE,
    LastRequiredMethodError,
    MethodLimitReachedError,
    MethodNotAllowedByPolicyError,
    UnknownMethodError,
    UnknownUserError,
)

LIMITS: Mapping[MethodType, int] = {
    "authenticatorApp": 5,
    "softwareOath": 5,
    "passkey": 10,
    "email": 1,
    "securityQuestions": 1,
}
"""How many of a type a person may have. Of phones it is one of each phone type."""

RENEWED: frozenset[MethodType] = frozenset({"recoveryCodes", "temporaryAccessPass"})
"""Of these a new one takes the place of the one before."""

Suspension = Literal["notMe", "reported", "disabled", "administrator"]


def conflict_of(
    account: Account, kind: MethodType, registration: Registration, *, but: Sequence[str] = ()
) -> str | None:
    """The code of the catalogue that says why this cannot be registered beside what is on file, or None.

    `but` are ids of methods that it takes the place of. A suspended method of the same kind makes room.
    """
    others = [one for one in account.of_type(kind) if one.id not in but and one.state == "active"]
    if any(_is_same(one, registration) for one in others):
        return "methodAlreadyRegistered"
    if kind == "phone":
        return _phone_conflict(others, registration)
    if kind == "securityQuestions" and others:
        return "methodAlreadyRegistered"
    return "methodLimitReached" if len(others) >= LIMITS.get(kind, len(others) + 1) else None


def register(account: Account, challenge: Challenge, registration: Registration, *, at: datetime) -> Change[Account]:
    """A proof was right: the method becomes active, once, or its new number does. The first, or a better, one becomes
    the default. What it takes the place of goes.

    What another session registered meanwhile is not registered twice; the session that proved it goes on all the same.
    """
    if account.erased_at or sessions.was_cancelled(account, challenge):
        return Change(account)
    held = account.method(challenge.method_id)
    if held and registration.changes == held.id and held.state == "active":
        return _change_destination(account, held, challenge, registration, at)
    update = AccountUpdate(account)
    if held:
        return sessions.after_registration(update, challenge, at=at).change()
    gone = _superseded(account, challenge.method_type, registration)
    if code := conflict_of(account, challenge.method_type, registration, but=[one.id for one in gone]):
        return _after_conflict(update, challenge, code, at).change()
    method = _new_method(challenge, registration, at)
    rest = tuple(one for one in account.methods if one not in gone)
    grown = account.model_copy(update={"methods": (*rest, method), "former": _kept(account, gone, registration, at)})
    grown = _with_inherited_default(grown, method, gone)
    update = AccountUpdate(grown).record(_registered(method, challenge, preferred_default(grown), at), challenge.id)
    for one in gone:
        update = update.record(_removed(one, _reason(one, registration), challenge.session_id, at), challenge.id)
    update = _settle_default(update, challenge.id, at, previous=account.default_method_id)
    return sessions.after_registration(update, challenge, at=at).change()


def prove(account: Account, challenge: Challenge, codes_left: int | None, *, at: datetime) -> Change[Account]:
    """A registered method was proven: note when, and let the session that asked for it go on. One that is suspended
    meanwhile proves nothing."""
    method = account.method(challenge.method_id)
    if method is None or method.state != "active":
        return Change(account)
    used = method.model_copy(update={"last_used_at": at, "codes_left": _left(method, codes_left)})
    update = AccountUpdate(account).put_method(used)
    return sessions.after_proof(update, challenge, at=at).change()


def remove(
    account: Account,
    method_id: str,
    reason: Literal["person", "administrator", "lostOrStolen"],
    policy: GroupPolicy,
    *,
    at: datetime,
    session_id: str | None = None,
) -> Change[Account]:
    """Take a method off the account; for a while it may come back.

    Raises:
        ProblemError: `unknownMethod`, `lastRequiredMethod`.
    """
    method = _known(account, method_id)
    rest = tuple(one for one in account.methods if one.id != method_id)
    less = account.model_copy(update={"methods": rest, "former": _with_former(account, method, reason, at)})
    if is_last_required(account, method, policy):
        raise LastRequiredMethodError
    correlation = session_id or method_id
    update = AccountUpdate(less).record(_removed(method, reason, session_id, at), correlation)
    return _settle_default(update, correlation, at).change()


def is_last_required(account: Account, method: Method, policy: GroupPolicy) -> bool:
    """Whether the organisation requires the person to have this method as long as there is no other like it."""
    if method.state != "active":
        return False
    rest = [one.type for one in account.methods if one.id != method.id and one.state == "active"]
    return len(missing_methods(policy, tuple(dict.fromkeys(rest)))) > len(missing_methods(policy, account.active_types))


def choose_default(account: Account, method_id: str, *, at: datetime, session_id: str | None = None) -> Change[Account]:
    """Use this method first from now on, whatever is registered later.

    Raises:
        ProblemError: `unknownMethod`; `methodNotAllowedByPolicy` for a type that can be no default.
    """
    method = _known(account, method_id)
    if method.state != "active" or method.type not in DEFAULT_ORDER:
        raise MethodNotAllowedByPolicyError("Only an active app, phone, passkey or address can be the default.")
    if account.default_method_id == method_id and account.is_default_chosen:
        return Change(account)
    update = AccountUpdate(account).put(is_default_chosen=True)
    return _default_to(update, method_id, session_id or method_id, at).change()


def rename(
    account: Account, method_id: str, name: str | None, *, at: datetime, session_id: str | None = None
) -> Change[Account]:
    """Call a method as the person likes; no name brings the masked one back.

    Raises:
        ProblemError: `unknownMethod`.
    """
    method = _known(account, method_id)
    if method.name == name:
        return Change(account)
    event = MethodChanged(
        method_id=method.id, method_type=method.type, changed="name", session_id=session_id, changed_at=at
    )
    update = AccountUpdate(account).put_method(method.model_copy(update={"name": name}))
    return update.record(event, session_id or method_id).change()


def suspend(account: Account, method_id: str, reason: Suspension, correlation: str, *, at: datetime) -> Change[Account]:
    """The method counts for nothing until it is restored; one that is suspended already, or gone, stays as it is."""
    return _suspended(AccountUpdate(account), method_id, reason, correlation, at).change()


def restore(
    account: Account, method_id: str, by: Literal["person", "administrator"], *, at: datetime
) -> Change[Account]:
    """Make a suspended method active again, or bring back what a removed or changed one was.

    Raises:
        ProblemError: `unknownMethod`, also for one that was lost, stolen, replaced or disabled;
        `methodAlreadyRegistered` or
            `methodLimitReached` where something else has its place.
    """
    held = account.method(method_id)
    former = account.former_method(method_id, by, at)
    before = former.method if former else held
    if before is None or (former is None and before.state != "suspended") or not _may_return(before, held):
        raise UnknownMethodError
    if before.type in RENEWED and any(one.state == "active" for one in account.of_type(before.type)):
        raise MethodLimitReachedError
    place = _place_of(before)
    if code := conflict_of(account, before.type, place, but=[method_id]):
        raise CATALOGUE[code]
    method = before.model_copy(update={"state": "active"})
    rest = tuple(one for one in account.methods if one.id != method_id)
    kept = tuple(one for one in account.former if one.method.id != method_id)
    event = MethodRestored(
        method_id=method.id,
        method_type=method.type,
        display_name=method.display_name,
        phone_type=method.phone_type,
        by=by,
        restored_at=at,
    )
    update = AccountUpdate(account).put(methods=(*rest, method), former=kept).record(event, method_id)
    return _settle_default(update, method_id, at).change()


def repudiate(
    account: Account, method_id: str, correlation: str, *, at: datetime, suspends: bool = True
) -> Change[Account]:
    """ "This wasn't me": the method that came or changed is suspended, every session ends, and the platform is told."""
    report = SuspiciousActivityReported(method_id=method_id, reported_at=at)
    update = AccountUpdate(account)
    if suspends:
        update = _suspended(update, method_id, "notMe", correlation, at)
    update = update.record(report, correlation)
    return sessions.end_all(update, at=at).change()


def report_suspicious(account: Account, challenge: Challenge, *, at: datetime, by_holder: bool) -> Change[Account]:
    """Somebody says that a request was not theirs. Only who holds the method (a signed answer, a key pressed during the
    call) suspends it: whoever has no more than the password must not be able to take methods away."""
    if account.erased_at:
        return Change(account)
    event = SuspiciousActivityReported(method_id=challenge.method_id, challenge_id=challenge.id, reported_at=at)
    told = AccountUpdate(account).record(event, challenge.id)
    return (_suspended(told, challenge.method_id, "reported", challenge.id, at) if by_holder else told).change()


def erase(account: Account, *, at: datetime) -> Change[Account]:
    """Forget everything but the opaque ids and the number of the last event.

    Raises:
        ProblemError: `unknownUser` where it was erased before.
    """
    if account.erased_at:
        raise UnknownUserError
    update = AccountUpdate(account).record(AccountErased(erased_at=at), account.user)
    empty = Account(
        tenant=account.tenant,
        user=account.user,
        profile=Profile(user_principal_name="", display_name=""),
        sequence=update.account.sequence,
        created_at=account.created_at,
        erased_at=at,
    )
    return Change(empty, update.emissions)


def preferred_default(account: Account) -> str | None:
    """The default that the person has, unless a method of a better type came: the app before the phone. What the person
    chose stays as long as it is there."""
    active = [one for one in account.methods if one.state == "active" and one.type in DEFAULT_ORDER]
    if account.is_default_chosen and any(one.id == account.default_method_id for one in active):
        return account.default_method_id
    ranked = sorted(
        active, key=lambda method: (DEFAULT_ORDER.index(method.type), method.id != account.default_method_id)
    )
    return ranked[0].id if ranked else None


def _left(method: Method, told: int | None) -> int | None:
    """Codes left after a use; a pass that is good once is used up."""
    return (
        0
        if method.type == "temporaryAccessPass" and method.codes_left
        else told
        if told is not None
        else method.codes_left
    )


def _may_return(before: Method, held: Method | None) -> bool:
    """A disabled method is bound anew, and a pass is handed out anew."""
    disabled = "disabled" in {before.state, held.state if held else None}
    return not disabled and before.type != "temporaryAccessPass"


def _after_conflict(update: AccountUpdate, challenge: Challenge, code: str, at: datetime) -> AccountUpdate:
    """The same thing is on file already: so much for it. Something else is: the person starts this method again."""
    if code == "methodAlreadyRegistered":
        return sessions.after_registration(update, challenge, at=at)
    return sessions.start_again(update, challenge, at=at)


def _known(account: Account, method_id: str) -> Method:
    method = account.method(method_id)
    if method is None:
        raise UnknownMethodError
    return method


def _is_same(method: Method, registration: Registration) -> bool:
    same_place = registration.destination_hash is not None and method.destination_hash == registration.destination_hash
    same_key = registration.credential_id is not None and method.credential_id == registration.credential_id
    return same_place or same_key


def _phone_conflict(phones: Sequence[Method], registration: Registration) -> str | None:
    taken = {one.phone_type for one in phones}
    if registration.phone_type in taken:
        return "methodLimitReached"
    if registration.phone_type == "alternateMobile" and "mobile" not in taken:
        return "methodNotAllowedByPolicy"
    return None


def _superseded(account: Account, kind: MethodType, registration: Registration) -> list[Method]:
    """What goes when this comes: what the person wanted to replace, what is renewed, and what lies suspended in its
    place.
    """
    same = [one for one in account.of_type(kind) if one.phone_type == registration.phone_type]
    waiting = [one for one in same if one.state != "active" and _is_single(kind)]
    renewed = same if kind in RENEWED else []
    replaced = [one for one in account.methods if one.id == registration.replaces]
    return list({one.id: one for one in (*replaced, *renewed, *waiting)}.values())


def _is_single(kind: MethodType) -> bool:
    return kind == "phone" or LIMITS.get(kind) == 1


def _reason(method: Method, registration: Registration) -> Removal:
    return "lostOrStolen" if method.id == registration.replaces and registration.is_lost else "replaced"


def _kept(account: Account, gone: Sequence[Method], registration: Registration, at: datetime) -> tuple[Former, ...]:
    kept = account.former
    for one in gone:
        kept = _with_former(account.model_copy(update={"former": kept}), one, _reason(one, registration), at)
    return kept


def _with_former(
    account: Account, method: Method, reason: Removal | Literal["changed"], at: datetime
) -> tuple[Former, ...]:
    recent = tuple(one for one in account.former if at < one.until)
    return (*recent, Former(method=method, reason=reason, until=at + KEEP_FORMER))[-20:]


def _new_method(challenge: Challenge, registration: Registration, at: datetime) -> Method:
    shared = registration.model_dump(exclude={"changes", "replaces", "is_lost"})
    return Method(id=challenge.method_id, type=challenge.method_type, created_at=at, **shared)


def _place_of(method: Method) -> Registration:
    return Registration(
        display_name=method.display_name,
        phone_type=method.phone_type,
        destination_hash=method.destination_hash,
        credential_id=method.credential_id,
    )


def _change_destination(
    account: Account, held: Method, challenge: Challenge, registration: Registration, at: datetime
) -> Change[Account]:
    update = AccountUpdate(account)
    if held.destination_hash == registration.destination_hash:
        return sessions.after_registration(update, challenge, at=at).change()
    if conflict_of(account, held.type, registration, but=[held.id]):
        return sessions.start_again(update, challenge, at=at).change()
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
        display_name=registration.display_name,
        session_id=challenge.session_id,
        challenge_id=challenge.id,
        changed_at=at,
    )
    update = update.put_method(changed).put(former=_with_former(account, held, "changed", at))
    return sessions.after_registration(update.record(event, challenge.id), challenge, at=at).change()


def _suspended(
    update: AccountUpdate, method_id: str, reason: Suspension, correlation: str, at: datetime
) -> AccountUpdate:
    method = update.account.method(method_id)
    if method is None or method.state != "active":
        return update
    state = "disabled" if reason == "disabled" else "suspended"
    event = MethodSuspended(method_id=method.id, method_type=method.type, reason=reason, suspended_at=at)
    told = update.put_method(method.model_copy(update={"state": state})).record(event, correlation)
    return _settle_default(told, correlation, at)


def _with_inherited_default(account: Account, method: Method, gone: Sequence[Method]) -> Account:
    """What takes the place of the default is the default."""
    inherits = method.type in DEFAULT_ORDER and any(one.id == account.default_method_id for one in gone)
    return account.model_copy(update={"default_method_id": method.id}) if inherits else account


def _settle_default(
    update: AccountUpdate, correlation: str, at: datetime, *, previous: str | None = None
) -> AccountUpdate:
    """Tell of another default, if there is one; `previous` where the account names the new one already."""
    before = previous or update.account.default_method_id
    default = preferred_default(update.account)
    if default == before:
        return update
    stays_chosen = update.account.is_default_chosen and default == update.account.default_method_id
    return _default_to(update.put(is_default_chosen=stays_chosen), default, correlation, at, previous=before)


def _default_to(
    update: AccountUpdate, method_id: str | None, correlation: str, at: datetime, *, previous: str | None = None
) -> AccountUpdate:
    previous = previous or update.account.default_method_id
    if previous == method_id:
        return update
    event = DefaultMethodChanged(method_id=method_id, previous_method_id=previous, changed_at=at)
    return update.put(default_method_id=method_id).record(event, correlation)


def _removed(method: Method, reason: Removal, session_id: str | None, at: datetime) -> MethodRemoved:
    return MethodRemoved(
        method_id=method.id, method_type=method.type, reason=reason, session_id=session_id, removed_at=at
    )


def _registered(method: Method, challenge: Challenge, default: str | None, at: datetime) -> MethodRegistered:
    return MethodRegistered(
        method_id=method.id,
        method_type=method.type,
        display_name=method.display_name,
        phone_type=method.phone_type,
        is_default=method.id == default,
        session_id=challenge.session_id,
        challenge_id=challenge.id,
        registered_at=at,
    )
