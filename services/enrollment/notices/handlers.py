"""Tells a person of every change of their methods, where the change does not reach, and takes "This wasn't me"."""

import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlencode

import structlog

from schemas.base import Channel, Event, MethodType
from schemas.enrollment import (
    DefaultMethodChanged,
    Destination,
    HelpDeskActed,
    MethodChanged,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
    NoticeKind,
    NoticeRequested,
    UnusualActivityNoticed,
)
from schemas.envelope import Envelope
from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.domain.account import DEFAULT_LOCALE, Account, Method, account_id
from services.enrollment.accounts.domain.activity import happened_at
from services.enrollment.devices.domain import Device
from services.enrollment.needs import CanSeal, HasAccounts, HasClock, HasDevices, HasNotices, HasOrigin, HasTerms
from services.enrollment.notices import domain as notices
from services.enrollment.notices.domain import WITHOUT_LINK, Notice
from services.enrollment.notices.recipients import Recipient, recipients_of
from services.kit.crypto.sealing import Binding, token_hash
from services.kit.errors import NoticeExpiredError
from services.kit.ids import new_token
from services.kit.mongo.document import DuplicateDocumentError

log = structlog.get_logger(__name__)


class CanNotify(CanSeal, HasAccounts, HasDevices, HasNotices, HasOrigin, HasTerms, Protocol):
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
UNUSUAL: dict[str, NoticeKind] = {
    "newBrowser": "newBrowser",
    "newCountry": "newBrowser",
    "impossiblePace": "newBrowser",
    "manyFailures": "manyFailures",
}
"""Kinds of `UnusualActivityNoticed`. What is told of a browser is worded for places, too: a kind more would be a new
version of the event."""
ACTS: dict[str, NoticeKind] = {"sessionsEnded": "sessionsEnded"}
"""Acts of the help desk after which nothing else is told: of a method, what became of it is."""
TOLD: tuple[type[Event], ...] = (*KINDS, UnusualActivityNoticed, HelpDeskActed)
WITHOUT_METHOD = (UnusualActivityNoticed, HelpDeskActed)

SUSPENDS: frozenset[NoticeKind] = frozenset({"methodRegistered", "methodChanged", "methodRestored"})
"""Changes whose method is not the person's if the change was not."""

MOST_BITS: Final = 256
TOKEN_BITS: Final[Mapping[Channel, int]] = {"sms": 128}
"""Of the link's token, where it must be short: 22 characters, and a text goes out in one part."""


@dataclass(frozen=True)
class About:
    """The person whom a notice is for, the method that it is about, if any, and until when it may be sent."""

    account: Account
    method: Method | None
    until: datetime


async def notify_change(event: Event, cause: Envelope, deps: CanNotify) -> None:
    """One notice for each recipient. A cause that comes again finds its notices there already; one of long ago is told
    no more."""
    until = notices.use_by(cause.time, asked_at=deps.clock.now())
    if until is None:
        log.info("a change of long ago is not told any more", event_id=cause.id, happened=cause.time.isoformat())
        return
    stored = await deps.accounts.get(account_id(cause.tenant, cause.subject or ""))
    if stored is None or stored.state.erased_at or not _is_news(event, stored.state, deps):
        return
    about = _about(event, stored.state)
    if about is None and not isinstance(event, WITHOUT_METHOD):
        return
    recipients = await recipients_of(event, stored.state, about.id if about else "", deps)
    if not recipients:
        log.info("a change is told on the page alone", event_id=cause.id)
    for recipient in recipients:
        await _notify(event, cause, About(stored.state, about, until), recipient, deps)


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
    notice = await read_notice(token, deps)
    await _repudiate(notice, deps)
    return notice


async def notices_of_device(device: Device, deps: CanReadNotices) -> list[Notice]:
    """What an app shows of changes, the newest first."""
    return await deps.notices.of_device(device.tenant, device.user, device.id, since=deps.clock.now() - notices.LIFE)


async def repudiate_by_device(notice_id: str, device: Device, deps: CanReadNotices) -> None:
    """The same by an app, which signs with its own key in the place of a link.

    Raises:
        ProblemError: `noticeExpired`, also for a notice that is not the device's, or has nothing to undo.
    """
    stored = await deps.notices.get(notice_id)
    if stored is None or stored.state.device_id != device.id or not stored.state.can_be_repudiated(deps.clock.now()):
        raise NoticeExpiredError
    await _repudiate(stored.state, deps)


async def _repudiate(notice: Notice, deps: CanReadNotices) -> None:
    now = deps.clock.now()
    await deps.accounts.change(
        account_id(notice.tenant, notice.user),
        lambda account: suspension.repudiate(
            account, notice.method_id, notice.id, at=now, suspends=notice.kind in SUSPENDS
        ),
    )
    await deps.notices.change(notice.id, lambda state: notices.use(state, at=now))


async def _notify(event: Event, cause: Envelope, whose: About, recipient: Recipient, deps: CanNotify) -> None:
    account, about = whose.account, whose.method
    identifier = str(uuid.uuid5(uuid.UUID(cause.id), token_hash(recipient.identity)))
    now, token = deps.clock.now(), new_token(TOKEN_BITS.get(recipient.channel, MOST_BITS))
    notice = Notice(
        id=identifier,
        tenant=account.tenant,
        user=account.user,
        kind=_kind_of(event),
        method_id=about.id if about else "",
        method_type=about.type if about else None,
        display_name=about.display_name if about else "",
        token_hash=token_hash(token),
        happened_at=happened_at(event),
        created_at=now,
        device_id=recipient.device_id,
    )
    request = _request(notice, token, whose, recipient, deps)
    change = notices.requested(notice, request, cause.correlation_id or identifier)
    with contextlib.suppress(DuplicateDocumentError):
        await deps.notices.insert(identifier, change.state, change.emissions, follows=cause)


def _request(notice: Notice, token: str, whose: About, recipient: Recipient, deps: CanNotify) -> NoticeRequested | None:
    """What the notifier is asked to send; None for an app that fetches by itself. An app needs no link: it says "This
    wasn't me" with its own key."""
    if recipient.address is None:
        return None
    has_link = recipient.device_id is None and notice.kind not in WITHOUT_LINK
    link = f"{deps.public_origin}/security-info/not-me?{urlencode({'token': token})}"
    of_notice = Binding(notice.tenant, notice.user, notice.id)
    of_link = Binding(notice.tenant, notice.user, notice.id, "link")
    return NoticeRequested(
        notice_id=notice.id,
        kind=notice.kind,
        channel=recipient.channel,
        method_type=notice.method_type,
        display_name=notice.display_name,
        destination=Destination(
            sealed=deps.sealer.seal("destination", recipient.address.encode(), of_notice), masked=recipient.masked
        ),
        link=deps.sealer.seal("destination", link.encode(), of_link) if has_link else None,
        locale=whose.account.profile.locale or DEFAULT_LOCALE,
        happened_at=notice.happened_at,
        not_after=whose.until,
        requested_at=notice.created_at,
    )


def _kind_of(event: Event) -> NoticeKind:
    if isinstance(event, HelpDeskActed):
        return ACTS[event.act]
    return UNUSUAL[event.kind] if isinstance(event, UnusualActivityNoticed) else KINDS[type(event)]


def _is_news(event: Event, account: Account, deps: HasTerms) -> bool:
    """A name of the person's own is no news; a default that only follows from a new or lost method is none either. Of
    what is unusual the person is told where policy asks for it."""
    if isinstance(event, UnusualActivityNoticed):
        return event.kind in UNUSUAL and deps.terms(account).tells_unusual
    if isinstance(event, HelpDeskActed):
        return event.act in ACTS
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
    if method_type is None:
        return None
    return Method(id=method_id, type=method_type, display_name=named, created_at=happened_at(event))
