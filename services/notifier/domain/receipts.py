"""What a provider tells of a message by itself."""

from datetime import datetime
from typing import Literal

from services.kit.decision import Change
from services.kit.state import State
from services.notifier.domain.attempts import sent
from services.notifier.domain.delivery import Delivery
from services.notifier.domain.endings import end_as_delivered, end_as_failed


class DeliveryReceipt(State):
    """What a provider told of a message by itself: it has it, it arrived, or it did not.

    `delivery_id` is which of our messages it is about, by what the provider signed; None where it signed the address.
    """

    delivery_id: str | None = None
    outcome: Literal["accepted", "delivered", "failed"]
    message_id: str | None = None
    permanent: bool = False


def acknowledged(delivery: Delivery, receipt: DeliveryReceipt, *, provider: str, at: datetime) -> Change[Delivery]:
    """Note a receipt. It may come twice, out of order, and before its answer to the call."""
    if delivery.status in {"refused", "cancelled", "delivered"}:
        return Change(delivery)
    if _is_of_a_provider_left_behind(delivery, receipt, provider):
        known = None if delivery.uncertain == provider else delivery.uncertain
        return Change(delivery.model_copy(update={"uncertain": known}))
    change = (
        sent(delivery, provider=provider, message_id=receipt.message_id, at=at)
        if delivery.is_open
        else Change(delivery)
    )
    match receipt.outcome:
        case "accepted":
            return change
        case "delivered":
            more = end_as_delivered(change.state, provider=provider, at=at)
        case "failed":
            if change.state.status == "failed" or _is_of_another_message(change.state, receipt, provider):
                return change
            more = end_as_failed(change.state, "notDelivered", permanent=receipt.permanent, at=at, provider=provider)
    return Change(more.state, (*change.emissions, *more.emissions))


def _is_of_another_message(delivery: Delivery, receipt: DeliveryReceipt, provider: str) -> bool:
    named_differently = None not in {delivery.message_id, receipt.message_id} and (
        delivery.message_id != receipt.message_id
    )
    return named_differently or delivery.provider != provider


def _is_of_a_provider_left_behind(delivery: Delivery, receipt: DeliveryReceipt, provider: str) -> bool:
    """It took the message and could not deliver it, while another one is to carry it already: that may go well."""
    is_elsewhere = delivery.is_open and delivery.provider != provider
    return is_elsewhere and receipt.outcome == "failed" and not receipt.permanent
