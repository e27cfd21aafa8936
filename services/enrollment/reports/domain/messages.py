"""What became of messages, by who carried them where: how many were asked for, went out, arrived and were used."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.base import Channel
from services.enrollment.challenges.domain.carried import CarriedMessage


@dataclass(frozen=True)
class MessageFigures:
    """Messages of one channel, provider and country. What was used has arrived, whatever receipts say."""

    channel: Channel
    provider: str | None
    country: str | None
    asked: int
    sent: int
    arrived: int
    used: int


def figures_of(messages: Iterable[CarriedMessage]) -> tuple[MessageFigures, ...]:
    """Added up, the most first."""
    alike: dict[tuple[Channel, str | None, str | None], list[CarriedMessage]] = {}
    for message in messages:
        alike.setdefault(message[:3], []).append(message)
    figures = (
        MessageFigures(
            *key,
            asked=len(found),
            sent=sum(message.is_used or message.state in {"sent", "delivered", "unknown"} for message in found),
            arrived=sum(message.is_used or message.state == "delivered" for message in found),
            used=sum(message.is_used for message in found),
        )
        for key, found in alike.items()
    )
    return tuple(sorted(figures, key=lambda each: (-each.asked, each.channel, each.provider or "", each.country or "")))
