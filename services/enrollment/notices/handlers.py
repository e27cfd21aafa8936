"""Tells a person of every change of their methods, at addresses that the change does not touch, and takes "This
wasn't me".
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

import structlog

from schemas.base import Event, MethodType
from schemas.enrollment import (
    DefaultMethodChanged,
    Destination,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
    NoticeKind,
    NoticeRequested,
)
from schemas.envelope import Envelope
from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.domain.account import Account, Method, account_id
from services.enrollment.accounts.domain.activity import HAPPENED_AT
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.needs import CanSeal, HasAccounts, HasClock, HasNotices, HasOrigin, HasSealer
from services.enrollment.notices import domain as notices
from services.enrollment.notices.domain import Notice
from services.kit.crypto.sealing import Binding, SealBrokenError, token_hash
from services.kit.errors import NoticeExpiredError
from services.kit.ids import new_token
from services.kit.mongo.document import DuplicateDocumentError

log = structlog.get_logger(__name__)


class CanNotify(CanSeal, HasAccounts, HasNotices, HasOrigin, Protocol):
    """Sends notices with a link."""


class CanReadNotices(HasAccounts, HasClock, HasNotices, Protocol):
    """Acts on what a link leads to."""


KINDS: dict[type[Event], NoticeKind] = {
    MethodRegistered: "methodRegistered",
    MethodChanged: "methodChanged",
    MethodRemoved: "methodRemoved",
    MethodSuspended: "methodSuspended",
    MethodRestored: "methodRestored",
    DefaultMethodChanged: "defaultMethodChanged",
}
WITHOUT_LINK: frozenset[NoticeKind] = frozenset({"methodSuspended"})
"""There is nothing to undo in what protects the account."""

SUSPENDS: frozenset[NoticeKind] = frozenset({"methodRegistered", "methodChanged", "methodRestored"})
"""Changes whose method is not the person's if the change was not."""


@dataclass(frozen=True)
class About:
    """The method that a notice is about, the person who has or had it, and until when it may be sent."""

    account: Account
    method: Method
    until: datetime


async def notify_change(event: Event, cause: Envelope, deps: CanNotify) -> None:
    """One notice for each address. A cause that comes again finds its notices there already; one of long ago is told no
    more."""
    until = notices.use_by(cause.time, asked_at=deps.clock.now())
    if until is None:
        log.info("a change of long ago is not told any more", event_id=cause.id, happened=cause.time.isoformat())
        return
    stored = await deps.accounts.get(account_id(cause.tenant, cause.subject or ""))
    if stored is None or stored.state.erased_at or not _is_news(event, stored.state):
        return
    account = stored.state
    about = _about(event, account)
    if about is None:
        return
    is_change = isinstance(event, MethodChanged | MethodRemoved)
    at = getattr(event, HAPPENED_AT[type(event)])
    for address, masked in addresses_of(account, about, deps, at=at, is_change=is_change).items():
        await _notify(event, cause, About(account, about, until), (address, masked), deps)


def addresses_of(account: Account, about: Method, deps: HasSealer, *, at: datetime, is_change: bool) -> dict[str, str]:
    """Where notices go: masks by address. The addresses that the platform named, those on file, and, where an
    address is what changed, the one before."""
    found: dict[str, str] = {}
    for known in account.profile.emails:
        found |= _opened(known, Binding(account.tenant, account.user), deps)
    kept = [former.method for former in account.former if former.method.id == about.id and at < former.until]
    for method in (*account.of_type("email"), *(kept if is_change else ())):
        if TRAITS[method.type].is_mailed and method.destination and method.state == "active":
            sealed = Destination(sealed=method.destination, masked=method.display_name)
            found |= _opened(sealed, Binding(account.tenant, account.user, method.id), deps)
    return found


async def read_notice(token: str, deps: CanReadNotices) -> Notice:
    """What a link is about; reading changes nothing, since mail scanners open links. Raises `noticeExpired`, also for a
    token that never was."""
    stored = await deps.notices.of_token(token_hash(token))
    if stored is None or not stored.state.is_usable(deps.clock.now()):
        raise NoticeExpiredError
    return stored.state


async def repudiate(token: str, deps: CanReadNotices) -> Notice:
    """ "This wasn't me": suspend the method that came or changed, end the person's sessions, notify the platform.

    Raises:
        ProblemError: `noticeExpired`.
    """
    now = deps.clock.now()
    notice = await read_notice(token, deps)
    method_id = notice.method_id
    await deps.accounts.change(
        account_id(notice.tenant, notice.user),
        lambda account: suspension.repudiate(account, method_id, notice.id, at=now, suspends=notice.kind in SUSPENDS),
    )
    await deps.notices.change(notice.id, lambda state: notices.use(state, at=now))
    return notice


async def _notify(event: Event, cause: Envelope, whose: About, address: tuple[str, str], deps: CanNotify) -> None:
    account, about = whose.account, whose.method
    plain, masked = address
    identifier = str(uuid.uuid5(uuid.UUID(cause.id), token_hash(plain)))
    now, token, kind = deps.clock.now(), new_token(), KINDS[type(event)]
    notice = Notice(
        id=identifier,
        tenant=account.tenant,
        user=account.user,
        kind=kind,
        method_id=about.id,
        method_type=about.type,
        display_name=about.display_name,
        token_hash=token_hash(token),
        happened_at=getattr(event, HAPPENED_AT[type(event)]),
        created_at=now,
    )
    binding = Binding(account.tenant, account.user, identifier)
    link = f"{deps.public_origin}/security-info/not-me?{urlencode({'token': token})}"
    of_link = Binding(account.tenant, account.user, identifier, "link")
    request = NoticeRequested(
        notice_id=identifier,
        kind=kind,
        channel="email",
        method_type=about.type,
        display_name=about.display_name,
        destination=Destination(sealed=deps.sealer.seal("destination", plain.encode(), binding), masked=masked),
        link=None if kind in WITHOUT_LINK else deps.sealer.seal("destination", link.encode(), of_link),
        locale=account.profile.locale,
        happened_at=notice.happened_at,
        not_after=whose.until,
        requested_at=now,
    )
    change = notices.requested(notice, request, cause.correlation_id or identifier)
    try:
        await deps.notices.insert(identifier, change.state, change.emissions, follows=cause)
    except DuplicateDocumentError:
        return


def _is_news(event: Event, account: Account) -> bool:
    """A name of the person's own is no news; a default that only follows from a new or lost method is none either."""
    if isinstance(event, MethodChanged):
        return event.changed == "destination"
    if isinstance(event, DefaultMethodChanged):
        return account.is_default_chosen and account.default_method_id == event.method_id
    return True


def _about(event: Event, account: Account) -> Method | None:
    """The method as it is, or was."""
    method_id: str = getattr(event, "method_id", None) or ""
    before = (former.method for former in reversed(account.former) if former.method.id == method_id)
    found = account.method(method_id) or next(before, None)
    if found:
        return found
    method_type: MethodType | None = getattr(event, "method_type", None)
    named = getattr(event, "display_name", None) or ""
    happened = getattr(event, HAPPENED_AT[type(event)])
    if method_type is None:
        return None
    return Method(id=method_id, type=method_type, display_name=named, created_at=happened)


def _opened(destination: Destination, binding: Binding, deps: HasSealer) -> dict[str, str]:
    try:
        return {deps.sealer.open("destination", destination.sealed, binding).decode(): destination.masked}
    except SealBrokenError:
        return {}
