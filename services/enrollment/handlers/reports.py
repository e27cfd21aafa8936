"""What other services say: verdicts, delivery reports, and the lifecycle that interrupts follow."""

from collections.abc import Mapping

from schemas.enrollment import EnrollmentCancelled, EnrollmentCompleted
from schemas.envelope import Envelope
from schemas.verification import ChallengeExpired, MethodVerified, VerificationFailed
from services.enrollment.domain import account as accounts
from services.enrollment.domain import challenge as challenges
from services.enrollment.domain.account import account_id
from services.enrollment.domain.challenge import Challenge, DeliveryReport
from services.enrollment.domain.interrupt import Interrupt
from services.enrollment.signals import Signals
from services.enrollment.store import Store
from services.kit.clock import Clock
from services.kit.decision import Change


async def method_verified(event: MethodVerified, cause: Envelope, *, store: Store, signals: Signals) -> None:
    """A proof was right: register what it proves, then end the challenge; whoever sees the end sees the method."""
    stored = await store.challenges.get(event.challenge_id)
    if stored is None:
        return
    challenge, registration = stored.state, stored.state.registration
    if challenge.purpose == "registration" and registration is not None:
        await store.accounts.change(
            account_id(challenge.tenant, challenge.user),
            lambda account: accounts.register_method(account, challenge, registration, at=event.verified_at),
            cause,
        )
    await store.challenges.change(
        challenge.id, lambda state: challenges.verified(state, event.submission_id, at=event.verified_at), cause
    )
    signals.tell(challenge.id)


async def verification_failed(event: VerificationFailed, cause: Envelope, *, store: Store, signals: Signals) -> None:
    """A proof was not accepted."""
    stored = await store.challenges.get(event.challenge_id)
    if stored and stored.state.reported and event.reason == "pushDenied":
        challenge = stored.state
        await store.accounts.change(
            account_id(challenge.tenant, challenge.user),
            lambda account: accounts.report_suspicious(account, challenge, at=event.failed_at),
            cause,
        )
    await store.challenges.change(
        event.challenge_id, lambda state: challenges.refused(state, event, at=event.failed_at), cause
    )
    signals.tell(event.challenge_id)


async def suspicious_reported(challenge: Challenge, *, store: Store, clock: Clock) -> None:
    """The person says on the page that nobody asked for this request: end it, and tell."""
    now = clock.now()
    await store.challenges.change(challenge.id, lambda state: challenges.cancel(state, "cancelled", at=now))
    await store.accounts.change(
        account_id(challenge.tenant, challenge.user),
        lambda account: accounts.report_suspicious(account, challenge, at=now),
    )


async def challenge_expired(event: ChallengeExpired, cause: Envelope, *, store: Store, signals: Signals) -> None:
    """Nobody proved anything in time."""
    await store.challenges.change(
        event.challenge_id, lambda state: challenges.expired(state, at=event.expired_at), cause
    )
    signals.tell(event.challenge_id)


async def delivery_reported(event: DeliveryReport, cause: Envelope, *, store: Store, signals: Signals) -> None:
    """Something is known of a message."""
    await store.challenges.change(event.challenge_id, lambda state: challenges.delivery_told(state, event), cause)
    signals.tell(event.challenge_id)


async def enrollment_completed(event: EnrollmentCompleted, cause: Envelope, *, store: Store) -> None:
    """The interrupt keeps the outcome after the session is gone from the account."""
    outcome = {"outcome": "completed", "methods": event.methods, "ended_at": event.completed_at}
    await store.interrupts.change(event.session_id, lambda interrupt: _with(interrupt, outcome), cause)


async def enrollment_cancelled(event: EnrollmentCancelled, cause: Envelope, *, store: Store) -> None:
    """The same for a session that was left or ran out."""
    outcome = {"outcome": event.reason, "methods": event.methods, "ended_at": event.cancelled_at}
    await store.interrupts.change(event.session_id, lambda interrupt: _with(interrupt, outcome), cause)


async def end_overdue(*, store: Store, clock: Clock) -> int:
    """End sessions whose time ran out, and challenges that the verifier never heard of. How many."""
    now = clock.now()
    overdue = await store.accounts_with_overdue_sessions(now)
    for account in overdue:
        await store.accounts.change(account.id, lambda state: accounts.end_overdue_sessions(state, at=now))
    forgotten = await store.overdue_challenges(now)
    for challenge in forgotten:
        await store.challenges.change(challenge.id, lambda state: challenges.expired(state, at=now))
    return len(overdue) + len(forgotten)


def _with(interrupt: Interrupt, outcome: Mapping[str, object]) -> Change[Interrupt]:
    return Change(interrupt.model_copy(update=outcome))
