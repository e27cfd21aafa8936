"""What a platform does with the methods of a person, in an administrator's name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from services.enrollment.accounts.domain import methods, suspension
from services.enrollment.accounts.domain.account import Account, Method, MethodState, account_id
from services.enrollment.accounts.domain.update import AccountUpdate
from services.enrollment.accounts.handlers.lookup import account_of
from services.enrollment.accounts.handlers.self_service import clean_name
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.devices.domain import Device
from services.enrollment.methods.registry.domain import OF_A_DEVICE
from services.enrollment.needs import (
    CanChangeAccounts,
    CanChangePlans,
    CanChangeSessions,
    HasAccounts,
    HasClock,
    HasDevices,
)
from services.enrollment.sessions.domain import lifecycle
from services.enrollment.sessions.handlers.ending import end_what_was_asked
from services.kit.decision import Change
from services.kit.errors import UnknownUserError


class CanListDevices(HasClock, HasDevices, Protocol):
    """Lists devices that are not proven yet."""


class CanListMethods(CanListDevices, HasAccounts, Protocol):
    """Lists what a person has, with the devices."""


PENDING_FOR = timedelta(minutes=15)
"""How long a device that has connected may take for its first approval."""


@dataclass(frozen=True)
class Listed:
    """A method as lists show it."""

    method: Method
    state: MethodState | Literal["pending"]
    is_default: bool = False

    @property
    def key(self) -> str:
        return f"{self.method.created_at.isoformat(timespec='microseconds')} {self.method.id}"


async def methods_of(tenant: str, user: str, deps: CanListMethods) -> list[Listed]:
    """All methods on file and the devices that are not proven yet, in the order of registration.

    Raises:
        ProblemError: `unknownUser`.
    """
    return await listed_of(await account_of(tenant, user, deps), deps)


async def listed_of(account: Account, deps: CanListDevices) -> list[Listed]:
    """The same of an account that was just read."""
    recent = await deps.devices.since(account.tenant, account.user, deps.clock.now() - PENDING_FOR)
    on_file = [
        Listed(method, method.state, is_default=method.id == account.default_method_id) for method in account.methods
    ]
    known = {former.method.id for former in account.former} | {method.id for method in account.methods}
    pending = [_pending(device.state) for device in recent if device.state.method_id not in known]
    return sorted((*on_file, *pending), key=lambda listed: listed.key)


async def rename(tenant: str, user: str, method_id: str, name: str, deps: CanChangeAccounts) -> None:
    """An empty name takes the name away. Raises: `unknownUser`, `unknownMethod`, `requestMalformed`."""
    now, called = deps.clock.now(), clean_name(name)
    await _apply(tenant, user, lambda account: methods.rename(account, method_id, called, at=now), deps)


async def remove(tenant: str, user: str, method_id: str, deps: CanChangePlans) -> None:
    """Delete a method; what is still asked of it ends.

    Raises:
        ProblemError: `unknownUser`, `unknownMethod`, `lastRequiredMethod`.
    """
    now = deps.clock.now()
    await _apply(
        tenant,
        user,
        lambda account: methods.remove(account, method_id, "administrator", deps.policy(account), at=now),
        deps,
    )
    for pending in await deps.challenges.pending(tenant, user, method_id):
        await cancel_challenge(pending.state, "cancelled", deps)


async def choose_default(tenant: str, user: str, method_id: str, deps: CanChangeAccounts) -> None:
    """Raises: `unknownUser`, `unknownMethod`, `methodNotAllowedByPolicy`."""
    now = deps.clock.now()
    await _apply(tenant, user, lambda account: methods.choose_default(account, method_id, at=now), deps)


async def restore(tenant: str, user: str, method_id: str, deps: CanChangeAccounts) -> None:
    """Raises: `unknownUser`, and what `suspension.restore` raises."""
    now = deps.clock.now()
    await _apply(tenant, user, lambda account: suspension.restore(account, method_id, "administrator", at=now), deps)


async def end_sessions(tenant: str, user: str, deps: CanChangeSessions) -> None:
    """Nobody acts in any session of the person from now on, and what they ask for ends. Raises: `unknownUser`."""
    now = deps.clock.now()
    account = await _apply(
        tenant, user, lambda account: lifecycle.end_all(AccountUpdate(account), at=now).change(), deps
    )
    await end_what_was_asked(account, deps)


async def _apply(tenant: str, user: str, decide: Callable[[Account], Change[Account]], deps: HasAccounts) -> Account:
    def of_known(account: Account) -> Change[Account]:
        if account.erased_at:
            raise UnknownUserError
        return decide(account)

    stored = await deps.accounts.change(account_id(tenant, user), of_known)
    if stored is None:
        raise UnknownUserError
    return stored.state


def _pending(device: Device) -> Listed:
    method = Method(id=device.method_id, type=OF_A_DEVICE, display_name=device.name, created_at=device.created_at)
    return Listed(method, "pending")
