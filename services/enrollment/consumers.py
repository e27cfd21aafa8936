"""Events in: which handler takes which."""

from functools import partial

from schemas.enrollment import EnrollmentCancelled, EnrollmentCompleted
from schemas.notification import CodeSent, DeliveryConfirmed, DeliveryFailed, PushSent, SendRefused
from schemas.topics import DELIVERIES, LIFECYCLE, VERDICTS
from schemas.verification import ChallengeExpired, MethodVerified, VerificationFailed
from services.enrollment.handlers import reports
from services.enrollment.signals import Signals
from services.enrollment.store import Store
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers, Requirement


def subscribe(broker: EventBroker, store: Store, signals: Signals, *, group: str, requirement: Requirement) -> None:
    """Two subscriptions to the same: one replica of the group applies each event; and each replica applies what a
    request of its own waits for, at once. Applying is idempotent."""
    told = _reports(store, signals).after(requirement)
    awaited = told.only(lambda envelope: signals.is_awaited(envelope.correlation_id))
    broker.subscribe([VERDICTS, DELIVERIES], told, group=group)
    broker.subscribe([VERDICTS, DELIVERIES], awaited, group=None, on_reconnect=signals.tell_all)
    broker.subscribe([LIFECYCLE], _outcomes(store).after(requirement), group=f"{group}.outcomes")


def _reports(store: Store, signals: Signals) -> EventHandlers:
    handlers = EventHandlers()
    handlers.on(MethodVerified)(partial(reports.method_verified, store=store, signals=signals))
    handlers.on(VerificationFailed)(partial(reports.verification_failed, store=store, signals=signals))
    handlers.on(ChallengeExpired)(partial(reports.challenge_expired, store=store, signals=signals))
    for event in (CodeSent, PushSent, DeliveryConfirmed, DeliveryFailed, SendRefused):
        handlers.on(event)(partial(reports.delivery_reported, store=store, signals=signals))
    return handlers


def _outcomes(store: Store) -> EventHandlers:
    handlers = EventHandlers()
    handlers.on(EnrollmentCompleted)(partial(reports.enrollment_completed, store=store))
    handlers.on(EnrollmentCancelled)(partial(reports.enrollment_cancelled, store=store))
    return handlers
