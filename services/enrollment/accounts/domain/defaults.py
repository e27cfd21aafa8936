"""Which method is used first."""

from collections.abc import Sequence
from datetime import datetime

from schemas.enrollment import DefaultMethodChanged
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.methods.registry.domain import DEFAULT_ORDER, DEFAULT_STANDING


def preferred_default(account: Account) -> str | None:
    """The default that the person has, unless a method of a higher standing came: the app before the phone, and the
    phone before nothing. What the person chose stays as long as it is there, and so does what an earlier version took
    and nothing else can replace."""
    active = [method for method in account.methods if method.state == "active"]
    current = next((method for method in active if method.id == account.default_method_id), None)
    fit = [method for method in active if method.type in DEFAULT_ORDER]
    best = min(fit, key=lambda method: DEFAULT_ORDER.index(method.type), default=None)
    if best is None:
        return current.id if current else None
    if current is None:
        return best.id
    stays = account.is_default_chosen or not _gives_way(current, best)
    return current.id if stays and current in fit else best.id


def _gives_way(current: Method, other: Method) -> bool:
    return DEFAULT_STANDING.get(other.type, 0) > DEFAULT_STANDING.get(current.type, -1)


def with_inherited_default(account: Account, method: Method, gone: Sequence[Method]) -> Account:
    """What takes the place of the default is the default."""
    inherits = method.type in DEFAULT_ORDER and any(replaced.id == account.default_method_id for replaced in gone)
    return account.model_copy(update={"default_method_id": method.id}) if inherits else account


def settle_default(
    update: AccountUpdate, correlation: str, at: datetime, *, previous: str | None = None
) -> AccountUpdate:
    """Tell of another default, if there is one; `previous` where the account names the new one already."""
    before = previous or update.account.default_method_id
    default = preferred_default(update.account)
    if default == before:
        return update
    stays_chosen = update.account.is_default_chosen and default == update.account.default_method_id
    return default_to(update.put(is_default_chosen=stays_chosen), default, correlation, at, previous=before)


def default_to(
    update: AccountUpdate, method_id: str | None, correlation: str, at: datetime, *, previous: str | None = None
) -> AccountUpdate:
    previous = previous or update.account.default_method_id
    if previous == method_id:
        return update
    event = DefaultMethodChanged(method_id=method_id, previous_method_id=previous, changed_at=at)
    return update.put(default_method_id=method_id).record(event, correlation)
