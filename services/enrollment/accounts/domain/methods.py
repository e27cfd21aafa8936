"""How methods on file are renamed and go, and how a person is forgotten."""

from datetime import datetime
from typing import Literal

from schemas.enrollment import AccountErased, MethodChanged, MethodRemoved
from services.enrollment.accounts.domain.account import KEEP_FORMER, Account, Former, Method, Profile, Removal
from services.enrollment.accounts.domain.defaults import default_to, settle_default
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.methods.registry.domain import DEFAULT_ORDER
from services.enrollment.policies.domain.policy import missing_methods
from services.enrollment.policies.domain.requirements import GroupPolicy
from services.kit.decision import Change
from services.kit.errors import (
    LastRequiredMethodError,
    MethodNotAllowedByPolicyError,
    UnknownMethodError,
    UnknownUserError,
)


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
    method = known_method(account, method_id)
    rest = tuple(method for method in account.methods if method.id != method_id)
    less = account.model_copy(update={"methods": rest, "former": with_former(account, method, reason, at)})
    if is_last_required(account, method, policy):
        raise LastRequiredMethodError
    correlation = session_id or method_id
    update = AccountUpdate(less).record(removed(method, reason, session_id, at), correlation)
    return settle_default(update, correlation, at).change()


def is_last_required(account: Account, method: Method, policy: GroupPolicy) -> bool:
    """Whether the organisation requires the person to have this method as long as there is no other like it."""
    if method.state != "active":
        return False
    rest = [other.type for other in account.methods if other.id != method.id and other.state == "active"]
    return len(missing_methods(policy, tuple(dict.fromkeys(rest)))) > len(missing_methods(policy, account.active_types))


def rename(
    account: Account, method_id: str, name: str | None, *, at: datetime, session_id: str | None = None
) -> Change[Account]:
    """Call a method as the person likes; no name brings the masked one back.

    Raises:
        ProblemError: `unknownMethod`.
    """
    method = known_method(account, method_id)
    if method.name == name:
        return Change(account)
    event = MethodChanged(
        method_id=method.id, method_type=method.type, changed="name", session_id=session_id, changed_at=at
    )
    update = AccountUpdate(account).put_method(method.model_copy(update={"name": name}))
    return update.record(event, session_id or method_id).change()


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


def known_method(account: Account, method_id: str) -> Method:
    method = account.method(method_id)
    if method is None:
        raise UnknownMethodError
    return method


def removed(method: Method, reason: Removal, session_id: str | None, at: datetime) -> MethodRemoved:
    return MethodRemoved(
        method_id=method.id, method_type=method.type, reason=reason, session_id=session_id, removed_at=at
    )


def with_former(
    account: Account, method: Method, reason: Removal | Literal["changed"], at: datetime
) -> tuple[Former, ...]:
    recent = tuple(former for former in account.former if at < former.until)
    return (*recent, Former(method=method, reason=reason, until=at + KEEP_FORMER))[-20:]


def choose_default(account: Account, method_id: str, *, at: datetime, session_id: str | None = None) -> Change[Account]:
    """Use this method first from now on, whatever is registered later.

    Raises:
        ProblemError: `unknownMethod`; `methodNotAllowedByPolicy` for a type that can be no default.
    """
    method = known_method(account, method_id)
    if method.state != "active" or method.type not in DEFAULT_ORDER:
        raise MethodNotAllowedByPolicyError("Only an active app, passkey, hardware token or phone can be the default.")
    if account.default_method_id == method_id and account.is_default_chosen:
        return Change(account)
    update = AccountUpdate(account).put(is_default_chosen=True)
    return default_to(update, method_id, session_id or method_id, at).change()
