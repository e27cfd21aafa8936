"""How a delivery begins."""

from datetime import datetime, timedelta
from typing import Final

from schemas.enrollment import MethodRequested, NoticeRequested
from services.notifier.domain.delivery import Delivery, Notice

LATE: Final = timedelta(seconds=5)
CATCH_UP: Final = timedelta(seconds=1)
"""A request that is read so late, as after Kafka was away, may have been overtaken: its challenge was proven in another
way, or is over. What says so lies right behind it, and is read before the message goes out."""


def requested(
    event: MethodRequested,
    *,
    delivery_id: str,
    tenant: str,
    user: str,
    provider: str,
    traceparent: str | None,
    at: datetime,
    usual: timedelta = timedelta(),
) -> Delivery:
    """`usual` is how late requests are read that are not late: clocks differ."""
    return Delivery(
        id=delivery_id,
        tenant=tenant,
        user=user,
        terms=event.terms,
        channel=event.channel,
        send=event.send,
        destination=event.destination.sealed if event.destination else None,
        locale=event.locale,
        requested_at=event.requested_at,
        not_after=min(event.not_after, event.terms.expires_at),
        traceparent=traceparent,
        provider=provider,
        next_attempt_at=at + CATCH_UP if at - event.requested_at > LATE + usual else at,
    )


def notified(
    event: NoticeRequested,
    *,
    delivery_id: str,
    tenant: str,
    user: str,
    provider: str,
    traceparent: str | None,
    at: datetime,
) -> Delivery:
    return Delivery(
        id=delivery_id,
        tenant=tenant,
        user=user,
        notice=Notice(
            notice_id=event.notice_id,
            kind=event.kind,
            method_type=event.method_type,
            display_name=event.display_name,
            link=event.link,
            happened_at=event.happened_at,
        ),
        channel=event.channel,
        send=1,
        destination=event.destination.sealed,
        locale=event.locale,
        requested_at=event.requested_at,
        not_after=event.not_after,
        traceparent=traceparent,
        provider=provider,
        next_attempt_at=at,
    )
