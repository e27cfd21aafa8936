"""What follows from the life of an account: interrupts keep the outcome, devices go with their methods, the person's
activity is noted, and everything of an erased person is deleted."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from schemas.base import Event
from schemas.enrollment import (
    AccountErased,
    EnrollmentCancelled,
    EnrollmentCompleted,
    EnrollmentSkipped,
    MethodRegistered,
    MethodRemoved,
    MethodRestored,
    MethodSuspended,
    SuspiciousActivityReported,
)
from schemas.envelope import Envelope
from services.enrollment.accounts.domain import activity
from services.enrollment.accounts.domain.account import Method, account_id
from services.enrollment.accounts.domain.activity import Activity, happened_at
from services.enrollment.accounts.handlers.lookup import forget
from services.enrollment.challenges.domain import transitions
from services.enrollment.devices import domain as activations
from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.needs import CanForget, HasAccounts, HasActivities, HasChallenges, HasDevices, HasInterrupts
from services.kit.decision import Change
from services.kit.kafka.policy import DependencyDownError


class EventsWaitError(DependencyDownError):
    """Events of what is to be deleted are not published yet."""


class CanNoteActivity(HasAccounts, HasActivities, Protocol):
    """Notes what happened to what a person has."""


class CanRetire(HasAccounts, HasChallenges, HasDevices, Protocol):
    """Ends what a method was asked, and its device."""


async def enrollment_completed(event: EnrollmentCompleted, cause: Envelope, *, store: HasInterrupts) -> None:
    """The interrupt keeps the outcome after the session is gone from the account."""
    outcome = {"outcome": "completed", "methods": event.methods, "ended_at": event.completed_at}
    await store.interrupts.change(event.session_id, lambda interrupt: _with(interrupt, outcome), cause)


async def enrollment_cancelled(event: EnrollmentCancelled, cause: Envelope, *, store: HasInterrupts) -> None:
    """The same for a session that was left or ran out."""
    outcome = {"outcome": event.reason, "methods": event.methods, "ended_at": event.cancelled_at}
    await store.interrupts.change(event.session_id, lambda interrupt: _with(interrupt, outcome), cause)


async def enrollment_skipped(event: EnrollmentSkipped, cause: Envelope, *, store: HasInterrupts) -> None:
    """The same for one that was put off."""
    outcome = {"outcome": "skipped", "methods": event.methods, "ended_at": event.skipped_at}
    await store.interrupts.change(event.session_id, lambda interrupt: _with(interrupt, outcome), cause)


async def method_registered(event: MethodRegistered, cause: Envelope, *, store: HasDevices) -> None:
    """The verifier keeps the secret of a device's codes now; here it is forgotten."""
    for device in await store.devices.of_method(cause.tenant, cause.subject or "", event.method_id):
        await store.devices.change(device.id, partial(activations.proven, at=event.registered_at))


async def method_removed(event: MethodRemoved, cause: Envelope, *, store: CanRetire) -> None:
    """Its device goes with it, and comes back only with it; what is still asked of it ends.

    Nothing goes where the method is back by now: who reads the topic from its beginning hears of that only later, and
    the device of what was removed long ago would be deleted in between.
    """
    await _end_open_challenges(event.method_id, cause, store, at=event.removed_at)
    if await _on_file(event.method_id, cause, store):
        return
    for device in await store.devices.of_method(cause.tenant, cause.subject or "", event.method_id):
        await store.devices.change(device.id, lambda state: activations.retire(state, at=event.removed_at))


async def method_suspended(event: MethodSuspended, cause: Envelope, *, store: CanRetire) -> None:
    """What is still asked of it ends: the answer would prove nothing. Its device is not known meanwhile."""
    await _end_open_challenges(event.method_id, cause, store, at=event.suspended_at)
    method = await _on_file(event.method_id, cause, store)
    if method and method.state == "active":
        return
    for device in await store.devices.of_method(cause.tenant, cause.subject or "", event.method_id):
        await store.devices.change(device.id, partial(activations.suspend, at=event.suspended_at))


async def method_restored(event: MethodRestored, cause: Envelope, *, store: HasDevices) -> None:
    """The device is known again."""
    for device in await store.devices.of_method(cause.tenant, cause.subject or "", event.method_id):
        await store.devices.change(device.id, activations.revive)


async def note_activity(event: Event, cause: Envelope, *, store: CanNoteActivity) -> None:
    """For the person to read. What the method is called, the account knows."""
    user = cause.subject or ""
    identifier = account_id(cause.tenant, user)
    stored = await store.accounts.get(identifier)
    method = stored.state.as_of(getattr(event, "method_id", None) or "", happened_at(event)) if stored else None
    name = method.display_name if method else None
    fresh = Activity(tenant=cause.tenant, user=user)

    def note(known: Activity) -> Change[Activity]:
        return activity.noted(known, event, name, correlation=cause.correlation_id or None)

    await store.activities.change_or_insert(identifier, fresh, note, cause)


async def forget_activity(_: AccountErased, cause: Envelope, *, store: HasActivities) -> None:
    """In the group that notes it, so that what was noted before does not come after."""
    await store.activities.delete(account_id(cause.tenant, cause.subject or ""))


async def account_erased(event: AccountErased, cause: Envelope, *, store: CanForget) -> None:
    """Raises `EventsWaitError` while a challenge has still something to tell: it is called again."""
    if not await forget(cause.tenant, cause.subject or "", event.erased_at, store):
        raise EventsWaitError


async def change_repudiated(event: SuspiciousActivityReported, cause: Envelope, *, store: HasChallenges) -> None:
    """Who said "This wasn't me" of a change ends all that is asked of anybody in this account."""
    if event.challenge_id is None:
        await _end_open_challenges(None, cause, store, at=event.reported_at)


async def _on_file(method_id: str, cause: Envelope, store: HasAccounts) -> Method | None:
    """The method as it is now, if the person has it."""
    account = await store.accounts.get(account_id(cause.tenant, cause.subject or ""))
    return account.state.method(method_id) if account else None


async def _end_open_challenges(method_id: str | None, cause: Envelope, store: HasChallenges, *, at: datetime) -> None:
    """Those that were opened since are none of this event's business: it may be read again long after."""
    for stored in await store.challenges.pending(cause.tenant, cause.subject or "", method_id):
        if stored.state.terms.created_at > at:
            continue
        await store.challenges.change(stored.id, lambda state: transitions.cancel(state, "cancelled", at=at))


def _with(interrupt: Interrupt, outcome: Mapping[str, object]) -> Change[Interrupt]:
    return Change(interrupt.model_copy(update=outcome))
