"""Requests to devices: counted before they are opened, one at a time, and what came of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from schemas.envelope import Envelope
from services.enrollment.accounts.domain import activity
from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.accounts.domain.activity import Activity, Entry
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.lifecycle import cancel_challenge
from services.enrollment.devices import fatigue
from services.enrollment.needs import CanEndChallenges, HasActivities, HasClock, HasDevices

log = structlog.get_logger(__name__)

STILL_OPEN = timedelta(minutes=15)
"""Longer than any request waits for its answer."""


class CanAskDevices(CanEndChallenges, HasDevices, Protocol):
    """Asks devices, one request at a time."""


class CanAdmit(HasClock, HasDevices, Protocol):
    """Knows how often devices were asked."""


class CanNoteDenials(HasActivities, HasDevices, Protocol):
    """Notes what people say of requests."""


async def admit_request(challenge: Challenge, deps: CanAdmit) -> None:
    """Count a request to a device before it is opened; nothing for other challenges, nor for a device that is being
    registered: the person is there, and who asks is the session that shows its QR code.

    Raises:
        ProblemError: `sendLimitReached` while the device rests, with the wait.
    """
    push, now = challenge.terms.push, deps.clock.now()
    if push and not challenge.is_to_register:
        ask = partial(fatigue.ask, challenge_id=challenge.id, at=now, session_id=challenge.session_id)
        await deps.devices.change(push.device_id, ask)


async def end_earlier_requests(challenge: Challenge, deps: CanAskDevices) -> None:
    """Whoever asked for them: a device has one open request, the one that was counted last."""
    push = challenge.terms.push
    stored = await deps.devices.get(push.device_id) if push and not challenge.is_to_register else None
    if stored is None:
        return
    since = deps.clock.now() - STILL_OPEN
    for earlier in stored.state.asked[:-1]:
        if earlier.at > since:
            found = await deps.challenges.get(earlier.challenge_id)
            await cancel_challenge(found.state if found else None, "superseded", deps)


async def resting_methods(account: Account, deps: CanAdmit) -> Mapping[str, datetime]:
    """Until when methods get no requests, because nobody approved the last ones; by their ids."""
    if not any(method.device_id for method in account.methods):
        return {}
    now = deps.clock.now()
    devices = {stored.id: stored.state for stored in await deps.devices.of_person(account.tenant, account.user)}
    known = {method.id: devices[method.device_id] for method in account.methods if method.device_id in devices}
    rests = {method_id: fatigue.rests_until(device, now) for method_id, device in known.items()}
    return {method_id: until for method_id, until in rests.items() if until}


async def note_proof(challenge: Challenge, account: Account | None, store: HasDevices) -> None:
    """Who holds a device proved it, by an approval or by a code of the same app; or whoever asked devices proved by
    another method that it was the person."""
    for method in account.methods if account else ():
        if method.device_id and method.id == challenge.method_id:
            asked_at = challenge.terms.created_at
            await store.devices.change(method.device_id, partial(fatigue.approved, asked_at=asked_at))
        elif method.device_id and challenge.session_id:
            session_id = challenge.session_id
            await store.devices.change(method.device_id, partial(fatigue.proven_otherwise, session_id=session_id))


async def note_denial(challenge: Challenge, cause: Envelope, store: CanNoteDenials, *, at: datetime) -> None:
    """The person said no on the device. When it pauses for that, their activity says so, once."""
    push = challenge.terms.push
    if push is None or challenge.is_to_register:
        return
    stored = await store.devices.change(push.device_id, partial(fatigue.denied, challenge_id=challenge.id, at=at))
    if stored is None or not fatigue.is_paused(stored.state, at):
        return
    log.warning("requests to a device pause after denials", tenant=challenge.tenant, device=push.device_id)
    entry = Entry(
        event=activity.REQUESTS_PAUSED, at=at, method_id=challenge.method_id, method_type=challenge.method_type
    )
    fresh = Activity(tenant=challenge.tenant, user=challenge.user)
    await store.activities.change_or_insert(
        account_id(challenge.tenant, challenge.user), fresh, lambda known: activity.with_entry(known, entry), cause
    )
