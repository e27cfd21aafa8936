"""Ask about the SIM card of a number before a code goes there."""

from functools import partial

from schemas.enrollment import without_extension
from services.kit.decision import Change
from services.notifier.dependencies import Dependencies
from services.notifier.domain import attempts, endings
from services.notifier.domain.delivery import is_at
from services.notifier.domain.sim_swap import is_asked_for, objection
from services.notifier.handlers.attempt import DeliveryAttempt, Outcome
from services.notifier.providers.base import Message


async def objected(attempt: DeliveryAttempt, message: Message, deps: Dependencies) -> Outcome | None:
    """What the SIM card of the number makes of a message; None lets it pass, and that is written down first, so that
    one delivery asks once."""
    delivery = attempt.delivery
    if deps.sim_checks is None or not is_asked_for(delivery):
        return None
    finding = await deps.sim_checks.find(without_extension(message.to))
    if signal := objection(finding, fails_closed=deps.config.fails_closed_on_sim(delivery.tenant)):
        return Outcome(partial(endings.refused_for, signal=signal, at=deps.clock.now()))
    noted = await deps.store.change(delivery, partial(attempts.sim_checked, attempt=delivery.attempts))
    return None if noted is not None and is_at(noted, delivery.attempts) else Outcome(Change)
