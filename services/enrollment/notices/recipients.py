"""Whom a notice of a change reaches: by mail, else by a text message, else by the app, in that order of what exists.

An address that the change itself brought is no address in this sense: whoever made the change may have it. It is
written to all the same where it is one of mail, and silences nothing (NIST SP 800-63B-4, 4.6).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from schemas.base import Channel, Event
from schemas.enrollment import (
    Destination,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
)
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.accounts.domain.activity import happened_at
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.needs import HasDevices, HasSealer
from services.kit.crypto.sealing import Binding, SealBrokenError


class CanReach(HasDevices, HasSealer, Protocol):
    """Finds addresses, and opens them."""


@dataclass(frozen=True)
class Recipient:
    """Where a notice goes. `address` is the plain address or number, or the app's push subscription; None for an app
    without one, which fetches by itself. `is_new` where the change itself brought it."""

    channel: Channel
    address: str | None
    masked: str
    device_id: str | None = None
    is_new: bool = False

    @property
    def identity(self) -> str:
        """What two recipients of one notice do not share."""
        return self.device_id or self.address or ""


async def recipients_of(event: Event, account: Account, about: str, deps: CanReach) -> tuple[Recipient, ...]:
    """Empty where there is nothing but the page. `about` is the id of the method that the event is about, if any."""
    mailed = _each_once(_mailed(event, account, about, deps))
    if any(not recipient.is_new for recipient in mailed):
        return mailed
    texted = _each_once(_texted(event, account, about, deps))
    return (*mailed, *(texted or await _apps(event, account, about, deps)))


def _mailed(event: Event, account: Account, about: str, deps: HasSealer) -> Iterator[Recipient]:
    """The addresses that the platform named, those on file, and, where an address is what changed or went, the one
    before."""
    for known in account.profile.emails:
        yield from _opened("email", known, Binding(account.tenant, account.user), deps)
    for method, is_new in _on_file(event, account, about):
        if TRAITS[method.type].is_mailed:
            yield from _of(method, "email", account, deps, is_new=is_new)


def _texted(event: Event, account: Account, about: str, deps: HasSealer) -> Iterator[Recipient]:
    """The numbers that take texts: never the one that the change brought."""
    for method, is_new in _on_file(event, account, about):
        if method.phone_type in TRAITS[method.type].texted and not is_new:
            yield from _of(method, "sms", account, deps)


async def _apps(event: Event, account: Account, about: str, deps: CanReach) -> tuple[Recipient, ...]:
    """Apps that are set up, but for the one that the change brought."""
    found = []
    for method, is_new in _on_file(event, account, about):
        stored = await deps.devices.get(method.device_id) if method.device_id and not is_new else None
        if stored is None or stored.state.removed_at:
            continue
        sealed, binding = stored.state.subscription, Binding(account.tenant, account.user, stored.state.method_id)
        address = _plain(sealed, binding, deps) if sealed else None
        found.append(Recipient("push", address, method.display_name, device_id=stored.id))
    return tuple(found)


def _on_file(event: Event, account: Account, about: str) -> Iterator[tuple[Method, bool]]:
    """What the person has now, and whether this change brought it; and what the change took away."""
    brings = isinstance(event, MethodRegistered | MethodChanged | MethodRestored)
    for method in account.methods:
        if method.state == "active":
            yield method, brings and method.id == about
    if isinstance(event, MethodChanged | MethodRemoved):
        at = happened_at(event)
        yield from (
            (former.method, False) for former in account.former if former.method.id == about and at < former.until
        )


def _of(
    method: Method, channel: Channel, account: Account, deps: HasSealer, *, is_new: bool = False
) -> Iterator[Recipient]:
    if method.destination:
        sealed = Destination(sealed=method.destination, masked=method.display_name)
        binding = Binding(account.tenant, account.user, method.id)
        yield from _opened(channel, sealed, binding, deps, is_new=is_new)


def _opened(
    channel: Channel, destination: Destination, binding: Binding, deps: HasSealer, *, is_new: bool = False
) -> Iterator[Recipient]:
    address = _plain(destination.sealed, binding, deps)
    if address:
        yield Recipient(channel, address, destination.masked, is_new=is_new)


def _plain(sealed: str, binding: Binding, deps: HasSealer) -> str | None:
    try:
        return deps.sealer.open("destination", sealed, binding).decode()
    except SealBrokenError:
        return None


def _each_once(found: Iterator[Recipient]) -> tuple[Recipient, ...]:
    """One that is known from before is not new, whatever else names it."""
    by_address: dict[str, Recipient] = {}
    for recipient in found:
        before = by_address.get(recipient.identity)
        if before is None or before.is_new:
            by_address[recipient.identity] = recipient
    return tuple(by_address.values())
