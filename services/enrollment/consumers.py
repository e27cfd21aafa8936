"""Events in: which handler takes which."""

from functools import partial

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
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, PushSent, SendRefused
from schemas.topics import DELIVERIES, LIFECYCLE, VERDICTS
from schemas.verification import AuthenticatorDisabled, ChallengeExpired, MethodVerified, VerificationFailed
from services.enrollment.accounts.domain.activity import HAPPENED_AT
from services.enrollment.accounts.handlers import lifecycle
from services.enrollment.challenges.handlers import verdicts
from services.enrollment.dependencies import Dependencies
from services.enrollment.methods.hardware_oath.handlers import stock as hardware_tokens
from services.enrollment.notices.handlers import TOLD, notify_change
from services.enrollment.reports.domain.journey import NOTED
from services.enrollment.reports.handlers.funnel import note_journey
from services.enrollment.store import Store
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers, Precondition


def subscribe(broker: EventBroker, deps: Dependencies, *, group: str, requirement: Precondition) -> None:
    """Two subscriptions to the same: one replica of the group applies each event; and each replica applies what a
    request of its own waits for, at once. Applying is idempotent, and where both come at once one of them does it. What
    follows from the life of an account has one group: five of them read, unpacked and committed each event five times,
    which cost more than the work itself."""
    store, signals = deps, deps.signals
    judged = _verdicts(deps).one_at_a_time().after(requirement)
    broker.subscribe([VERDICTS, DELIVERIES], judged, group=group)
    broker.subscribe(
        [VERDICTS, DELIVERIES], judged, group=None, awaited=signals.is_awaited, on_reconnect=signals.notify_all
    )
    followed = EventHandlers.together(
        _outcomes(store), _hardware_tokens(store), _activity(store), _journeys(store), _notices(deps)
    )
    broker.subscribe([LIFECYCLE], followed.after(requirement), group=f"{group}.outcomes")


def _verdicts(deps: Dependencies) -> EventHandlers:
    handlers, store, signals = EventHandlers(), deps, deps.signals
    handlers.on(MethodVerified)(partial(verdicts.method_verified, store=store, rules=deps, signals=signals))
    handlers.on(VerificationFailed)(partial(verdicts.verification_failed, store=store, signals=signals))
    handlers.on(ChallengeExpired)(partial(verdicts.challenge_expired, store=store, signals=signals))
    handlers.on(AuthenticatorDisabled)(partial(verdicts.authenticator_disabled, store=store))
    for event in (CodeSent, PushSent, DeliveryConfirmed, DeliveryFailed, SendRefused):
        handlers.on(event)(partial(verdicts.delivery_noted, store=store, signals=signals))
    return handlers


def _outcomes(store: Store) -> EventHandlers:
    handlers = EventHandlers()
    handlers.on(EnrollmentCompleted)(partial(lifecycle.enrollment_completed, store=store))
    handlers.on(EnrollmentCancelled)(partial(lifecycle.enrollment_cancelled, store=store))
    handlers.on(EnrollmentSkipped)(partial(lifecycle.enrollment_skipped, store=store))
    handlers.on(MethodRegistered)(partial(lifecycle.method_registered, store=store))
    handlers.on(MethodRemoved)(partial(lifecycle.method_removed, store=store))
    handlers.on(SuspiciousActivityReported)(partial(lifecycle.change_repudiated, store=store))
    handlers.on(MethodSuspended)(partial(lifecycle.method_suspended, store=store))
    handlers.on(MethodRestored)(partial(lifecycle.method_restored, store=store))
    handlers.on(AccountErased)(partial(lifecycle.account_erased, store=store))
    return handlers


def _hardware_tokens(store: Store) -> EventHandlers:
    handlers = EventHandlers()
    handlers.on(MethodRegistered)(partial(hardware_tokens.token_activated, store=store))
    handlers.on(MethodRemoved)(partial(hardware_tokens.token_withdrawn, store=store))
    handlers.on(MethodRestored)(partial(hardware_tokens.token_restored, store=store))
    handlers.on(AccountErased)(partial(hardware_tokens.tokens_forgotten, store=store))
    return handlers


def _activity(store: Store) -> EventHandlers:
    handlers = EventHandlers()
    for event in HAPPENED_AT:
        handlers.on(event)(partial(lifecycle.note_activity, store=store))
    handlers.on(AccountErased)(partial(lifecycle.forget_activity, store=store))
    return handlers


def _journeys(store: Store) -> EventHandlers:
    handlers = EventHandlers()
    for event in NOTED:
        handlers.on(event)(partial(note_journey, store=store))
    return handlers


def _notices(deps: Dependencies) -> EventHandlers:
    handlers = EventHandlers()
    for event in TOLD:
        handlers.on(event)(partial(notify_change, deps=deps))
    return handlers
