"""What a person who is called may hear and decide."""

from datetime import datetime

from schemas.topics import SUBMISSIONS
from schemas.verification import CallConfirmed, CallReported
from services.kit.decision import Change, Emission
from services.notifier.domain.delivery import WITHHELD, CallDecision, Delivery


def may_speak(delivery: Delivery, at: datetime) -> bool:
    """The challenge is not over, in time and not decided; a call that was given up may ring all the same."""
    over = delivery.cancelled or delivery.status in WITHHELD or delivery.decision is not None
    return delivery.channel == "voice" and not over and at < delivery.not_after


def decided(delivery: Delivery, decision: CallDecision, *, proof: str, at: datetime) -> Change[Delivery]:
    """The person who was called pressed keys. Only the first decision counts, so that a repeated callback says nothing
    new; the submission's id is the same however often it is told."""
    if delivery.terms is None or delivery.terms.kind != "call" or not may_speak(delivery, at):
        return Change(delivery)
    event_type = CallConfirmed if decision == "confirm" else CallReported
    event = event_type(submission_id=f"{delivery.id}.{decision}", terms=delivery.terms, proof=proof, submitted_at=at)
    emission = Emission(SUBMISSIONS, event, delivery.tenant, delivery.user, correlation_id=delivery.about)
    return Change(delivery.model_copy(update={"decision": decision}), (emission,))
