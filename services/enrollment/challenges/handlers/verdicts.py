"""What other services say: verdicts, and what became of messages."""

from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from schemas.envelope import Envelope
from schemas.verification import AuthenticatorDisabled, ChallengeExpired, MethodVerified, VerificationFailed
from services.enrollment.accounts.domain import registering, suspension, unusual
from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import ENDS_DENIED, DeliveryEvent
from services.enrollment.challenges.domain.verdict import is_about, is_proven_by
from services.enrollment.challenges.metrics import count_use
from services.enrollment.devices.asking import note_denial, note_proof
from services.enrollment.needs import (
    HasAccounts,
    HasActivities,
    HasChallenges,
    HasDevices,
    HasPeople,
    HasPolicies,
    HasTraffic,
)
from services.enrollment.signals import ChallengeUpdate, Signals
from services.kit.clock import Clock
from services.kit.concurrency import both
from services.kit.decision import Change
from services.kit.mongo.document import Stored

log = structlog.get_logger(__name__)


class HasProven(HasPeople, HasDevices, HasTraffic, Protocol):
    """Has what people prove, and the devices by which they do."""


class HasRefused(HasProven, HasActivities, Protocol):
    """The same, and what people are told of it."""


async def method_verified(
    event: MethodVerified, cause: Envelope, *, store: HasProven, rules: HasPolicies, signals: Signals
) -> None:
    """A proof was right: register what it proves, or note its use, then end the challenge; whoever sees the end sees
    the rest. One that ended before, cancelled for example, proves nothing any more."""
    if (known := _known_handled(event.challenge_id, cause, store)) is not None:
        signals.notify(known.id, ChallengeUpdate(known))
        return
    whose = account_id(cause.tenant, cause.subject or "")
    stored, account = await both(store.challenges.get(event.challenge_id), store.accounts.get(whose))
    if stored is None:
        return
    if stored.has_handled(cause):
        signals.notify(stored.id, ChallengeUpdate(stored))
    elif not is_proven_by(stored.state, event, cause):
        _refuse(cause)
    elif stored.state.status != "pending":
        end = _registered if _has_registered(stored.state, cause, account) else _verified
        await store.challenges.change(stored.id, partial(end, event=event), cause, known=stored)
        signals.notify(stored.id)
    else:
        update = await _apply(stored, account, event, cause, store=store, rules=rules)
        signals.notify(stored.id, update)
        if update and update.challenge.state.status == "verified":
            await _note_use(update.challenge.state, store)


async def _unhandled_or_known(challenge_id: str, cause: Envelope, store: HasChallenges) -> Stored[Challenge] | None:
    """The challenge as it is; read, unless this process is known to have handled the event. That is the last write of
    its handler, so all before it is done."""
    return _known_handled(challenge_id, cause, store) or await store.challenges.get(challenge_id)


def _known_handled(challenge_id: str, cause: Envelope, store: HasChallenges) -> Stored[Challenge] | None:
    known = store.challenges.recall(challenge_id)
    return known if known and known.has_handled(cause) else None


async def _apply(
    stored: Stored[Challenge],
    holder: Stored[Account] | None,
    event: MethodVerified,
    cause: Envelope,
    *,
    store: HasProven,
    rules: HasPolicies,
) -> ChallengeUpdate | None:
    """First the account, then the devices, and the challenge last: with its end all is done. What is told of it."""
    challenge, registration = stored.state, stored.state.registration

    def decide(account: Account) -> Change[Account]:
        if registration and challenge.is_to_register:
            if registering.lacks_proof(account, challenge, rules.policy(account), at=event.verified_at):
                return registering.prove_first(account, challenge, at=event.verified_at)
            proven = registration.model_copy(update={"credential_id": challenge.credential_of(event.submission_id)})
            return registering.register(account, challenge, proven, at=event.verified_at)
        return registering.prove(account, challenge, event.codes_left, at=event.verified_at)

    def end(state: Challenge) -> Change[Challenge]:
        if not counts:
            return transitions.cancel(state, "cancelled", at=event.verified_at)
        return _registered(state, event) if challenge.is_to_register else _verified(state, event)

    whose = account_id(challenge.tenant, challenge.user)
    account = await store.accounts.change(whose, decide, cause, known=holder)
    counts = _counts(account.state if account else None, challenge)
    if counts and not challenge.is_to_register:
        await note_proof(challenge, account.state if account else None, store)
    ended = await store.challenges.change(challenge.id, end, cause, known=stored)
    return ChallengeUpdate(ended, account.state if account else None) if ended else None


async def _note_use(challenge: Challenge, store: HasTraffic) -> None:
    """Count it once it is told: nobody waits for it."""
    count_use(challenge)
    if challenge.is_sent:
        await store.traffic.used(challenge.tenant, challenge.id)


def _verified(challenge: Challenge, event: MethodVerified) -> Change[Challenge]:
    return transitions.verified(challenge, event.submission_id, at=event.verified_at)


def _registered(challenge: Challenge, event: MethodVerified) -> Change[Challenge]:
    return transitions.registered(challenge, event.submission_id, at=event.verified_at)


def _has_registered(challenge: Challenge, cause: Envelope, account: Stored[Account] | None) -> bool:
    """Whether this verdict put the method on file, and the process died before it could say so in the challenge."""
    if account is None or not (challenge.is_to_register and account.has_handled(cause)):
        return False
    return registering.is_active(account.state, challenge.method_id)


async def verification_failed(
    event: VerificationFailed, cause: Envelope, *, store: HasRefused, signals: Signals
) -> None:
    """A proof was not accepted. A denial makes the device rest. Suspicious activity, reported with it, suspends a
    method on file, and tells the platform."""
    stored = await _unhandled_or_known(event.challenge_id, cause, store)
    if stored and stored.has_handled(cause):
        signals.notify(stored.id, ChallengeUpdate(stored))
        return
    if stored and not is_about(stored.state, event, cause):
        _refuse(cause)
        return
    if stored and event.reason in ENDS_DENIED:
        await note_denial(stored.state, cause, store, at=event.failed_at)
    if stored and _reports_suspicious(stored.state, event):
        challenge = stored.state
        await store.accounts.change(
            account_id(challenge.tenant, challenge.user),
            lambda account: suspension.report_suspicious(account, challenge, at=event.failed_at, by_holder=True),
            cause,
        )
    if stored and event.retry_after and event.reason != "methodCoolingDown":
        challenge = stored.state
        await store.accounts.change(
            account_id(challenge.tenant, challenge.user),
            lambda account: unusual.failed_often(account, challenge, at=event.failed_at),
            follows=cause,
        )
    refused = await store.challenges.change(
        event.challenge_id, lambda state: transitions.refused(state, event, at=event.failed_at), cause, known=stored
    )
    signals.notify(event.challenge_id, ChallengeUpdate(refused) if refused else None)


async def authenticator_disabled(event: AuthenticatorDisabled, cause: Envelope, *, store: HasAccounts) -> None:
    """Too many failures in a row: the method must be bound anew. That of a method still to be registered is
    nobody's.
    """
    user = cause.subject or ""
    await store.accounts.change(
        account_id(cause.tenant, user),
        lambda account: suspension.suspend(
            account, event.method_id, "disabled", event.challenge_id, at=event.disabled_at
        ),
        cause,
    )


async def suspicious_reported(challenge: Challenge, *, store: HasPeople, clock: Clock, by_holder: bool = False) -> None:
    """The person says on the page, or later on the device, that nobody asked for this request: end it, and tell. What
    was reported before is not told again; but anybody may have said so on the page, and what the holder says counts."""
    now, whose = clock.now(), account_id(challenge.tenant, challenge.user)
    if challenge.reported:
        if by_holder:
            await store.accounts.change(whose, lambda account: _suspend(account, challenge, at=now))
        return
    await store.accounts.change(
        whose, lambda account: suspension.report_suspicious(account, challenge, at=now, by_holder=by_holder)
    )
    await store.challenges.change(challenge.id, lambda state: transitions.report(state, at=now))


def _suspend(account: Account, challenge: Challenge, *, at: datetime) -> Change[Account]:
    return suspension.suspend(account, challenge.method_id, "reported", challenge.id, at=at)


async def challenge_expired(
    event: ChallengeExpired, cause: Envelope, *, store: HasChallenges, signals: Signals
) -> None:
    """Nobody proved anything in time."""

    def decide(state: Challenge) -> Change[Challenge]:
        return transitions.expired(state, at=event.expired_at) if is_about(state, event, cause) else Change(state)

    await store.challenges.change(event.challenge_id, decide, cause)
    signals.notify(event.challenge_id)


async def delivery_noted(event: DeliveryEvent, cause: Envelope, *, store: HasChallenges, signals: Signals) -> None:
    """Something is known of a message."""

    def decide(state: Challenge) -> Change[Challenge]:
        is_theirs = (cause.tenant, cause.subject) == (state.tenant, state.user)
        return transitions.delivery_noted(state, event) if is_theirs else Change(state)

    stored = await _unhandled_or_known(event.challenge_id, cause, store)
    if stored and not stored.has_handled(cause):
        await store.challenges.change(event.challenge_id, decide, cause, known=stored)
    signals.notify(event.challenge_id)


def _refuse(cause: Envelope) -> None:
    log.error("a verdict is not about what was asked", type=cause.type, event_id=cause.id, tenant=cause.tenant)


def _counts(account: Account | None, challenge: Challenge) -> bool:
    """Whether the proof led to something: a method that was suspended or deleted while it was asked for proves nothing,
    and one that may not be registered any more is not."""
    if challenge.is_to_register:
        return registering.is_registered(account, challenge)
    return registering.is_active(account, challenge.method_id)


def _reports_suspicious(challenge: Challenge, event: VerificationFailed) -> bool:
    return event.reason == "callReported" or (challenge.reported and event.reason == "pushDenied")
