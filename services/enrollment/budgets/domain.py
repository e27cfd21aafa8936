"""What a message counts against, and how far each count may go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Literal

from schemas.base import Purpose
from services.kit.config.messages import CAUSED_BY_ANYBODY, Budget, MessageBudgets
from services.kit.errors import SendLimitReachedError

Subject = Literal["number", "user", "network", "country", "tenant"]
"""Of whom or what messages are counted."""

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
IPV4_RANGE: Final = 24
IPV6_RANGE: Final = 48
"""How many bits of an address name its network: what one customer of a provider commonly has."""

OF_THE_NUMBER: Final = "This number or address got as many messages as it may get for now."
OF_OTHERS: Final = "No more messages can be sent for now."
"""Of all else the caller learns no more, because somebody who tries out the limits is the usual reason."""

Digest = Callable[[str, datetime], str]
"""The keyed hash of a text, under the key that was in use at that time."""


@dataclass(frozen=True)
class RequestedMessage:
    """A message that is asked for: of which tenant, for what, and what it counts against beside the tenant."""

    tenant: str
    purpose: Purpose
    values: Mapping[Subject, str]


@dataclass(frozen=True)
class Count:
    """One count within one window of time, and what it must stay below: in all, and for this purpose. What anybody can
    cause is a count of its own. The same windows hold for everybody, so that a count is one document, found by its
    id."""

    id: str
    subject: Subject
    purpose: Purpose
    in_all: int
    for_purpose: int
    until: datetime


def counts_of(asked: RequestedMessage, budgets: MessageBudgets, digest: Digest, *, at: datetime) -> tuple[Count, ...]:
    """All that a message counts against. Whom it is of is in no id: a keyed hash, which the rotation of the key does
    not change before the window is over."""

    def count(subject: Subject, budget: Budget) -> tuple[Count, ...]:
        value = asked.tenant if subject == "tenant" else asked.values.get(subject)
        if value is None:
            return ()
        since = EPOCH + (at - EPOCH) // budget.within * budget.within
        share = "anybody" if asked.purpose in CAUSED_BY_ANYBODY else "own"
        name = f"{asked.tenant}/{subject}/{digest(f'{subject} {value}', since)}/{since:%Y%m%dT%H%M%S}/{share}"
        most = budget.most_for(asked.purpose)
        return (Count(name, subject, asked.purpose, budget.count, most, since + budget.within),)

    return (
        *count("number", budgets.number),
        *count("user", budgets.user),
        *count("network", budgets.network),
        *count("country", budgets.country),
        *count("tenant", budgets.tenant),
    )


def refusal(count: Count, *, at: datetime) -> SendLimitReachedError:
    """That one more message is one too many, with when there is room again."""
    seconds = max(1, -(-(count.until - at) // timedelta(seconds=1)))
    detail = OF_THE_NUMBER if count.subject == "number" else OF_OTHERS
    return SendLimitReachedError.retry_after(seconds, detail)


def network_of(address: str | None) -> str | None:
    """The range of addresses that an address lies in, as `192.0.2.0/24`; None where it is none."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or IPv6Address(int(parsed))
    return str(ip_network((parsed, IPV4_RANGE if parsed.version == 4 else IPV6_RANGE), strict=False))
