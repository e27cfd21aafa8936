"""Judge a message before it is asked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from prometheus_client import Counter as Metric

from schemas.base import Channel
from schemas.notification import SendObserved, SendRefused
from schemas.topics import DELIVERIES
from services.enrollment.budgets.domain import EPOCH, OF_OTHERS, Count, network_of
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.lifecycle import is_asked_for
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.needs import CanGuard
from services.enrollment.pumping.domain import Judgement, is_allowed, judged, range_of
from services.enrollment.pumping.ranges import is_risky
from services.enrollment.pumping.store import SendDecision
from services.enrollment.pumping.traffic import Mark, figures_of
from services.kit.config.messages import CAUSED_BY_ANYBODY, Pumping
from services.kit.crypto.sealing import keyed_hash_at
from services.kit.decision import Emission
from services.kit.errors import SendLimitReachedError
from services.kit.ids import new_id

log = structlog.get_logger(__name__)

PAID: Final[frozenset[Channel]] = frozenset({"sms", "voice", "whatsapp"})
"""Channels by which somebody earns."""
COME_BACK: Final = timedelta(hours=1)
SUSPECTED: Final = Metric(
    "security_info_messages_suspected_total",
    "Messages that speak for pumping, by what was done: observe, share (sent within the allowance), refuse.",
    ["step"],
)


@dataclass(frozen=True)
class Asking:
    """A message that is asked for, to a number, from an address where that is known."""

    challenge: Challenge
    number: str
    address: str | None


async def guarded(asking: Asking, deps: CanGuard) -> Mark | None:
    """Remember a message and judge it; the mark is for whoever finds that it is not sent after all. None where there is
    nothing to guard: what nobody earns by, and what only its owner causes.

    Raises:
        ProblemError: `sendLimitReached`, with `Retry-After`.
    """
    challenge, number = asking.challenge, asking.number
    country_of = TRAITS[challenge.method_type].country_of
    if country_of is None or challenge.channel not in PAID or challenge.purpose not in CAUSED_BY_ANYBODY:
        return None
    country, rules = country_of(number), deps.config.pumping_of(challenge.tenant)
    numbers = deps.config.numbers
    if number.startswith(numbers.fictional) or is_allowed(number, country, asking.address, rules):
        return None
    mark = _mark(asking, country, deps)
    await deps.traffic.asked(mark)
    risky = is_risky(number, numbers.allow)
    judgement = judged(figures_of(mark, number, await deps.traffic.read(mark), is_risky=risky), rules)
    await _act(asking, mark, judgement, rules, deps)
    return mark


async def _act(asking: Asking, mark: Mark, judgement: Judgement, rules: Pumping, deps: CanGuard) -> None:
    if judgement.step == "send":
        return
    until = mark.at + COME_BACK
    refused = judgement.step == "refuse"
    if judgement.step == "share":
        share = _share(asking.challenge, mark, rules)
        refused, until = await deps.message_counts.reserve([share]) is not None, share.until
    SUSPECTED.labels("refuse" if refused else judgement.step).inc()
    if refused and not await is_asked_for(asking.challenge, deps):
        await deps.traffic.withdrawn(mark)
        seconds = max(1, -(-(until - mark.at) // timedelta(seconds=1)))
        await _told(asking, mark, judgement, rules, deps, retry_after=seconds)
        log.warning("a message is refused as pumping", signals=judgement.signals, tenant=mark.tenant)
        raise SendLimitReachedError.retry_after(seconds, OF_OTHERS)
    await _told(asking, mark, judgement, rules, deps)


async def _told(
    asking: Asking,
    mark: Mark,
    judgement: Judgement,
    rules: Pumping,
    deps: CanGuard,
    *,
    retry_after: int | None = None,
) -> None:
    """A document that carries the event of one decision."""
    challenge = asking.challenge
    about = {"challenge_id": challenge.id, "channel": challenge.channel, "mode": rules.mode}
    country = mark.country if mark.country.isalpha() else None
    event = (
        SendObserved(**about, country=country, signals=judgement.signals, observed_at=mark.at)
        if retry_after is None
        else SendRefused(
            **about,
            delivery_id=f"{challenge.id}.{challenge.sends}",
            send=challenge.sends,
            reason="sendLimitReached",
            country=country,
            signals=judgement.signals,
            retry_after=retry_after,
            refused_at=mark.at,
        )
    )
    decision = SendDecision(
        at=mark.at,
        tenant=challenge.tenant,
        country=country,
        signals=judgement.signals,
        is_refused=retry_after is not None,
    )
    emission = Emission(DELIVERIES, event, challenge.tenant, challenge.user, correlation_id=challenge.id)
    await deps.send_decisions.insert(new_id(), decision, (emission,))


def _mark(asking: Asking, country: str, deps: CanGuard) -> Mark:
    challenge, now = asking.challenge, deps.clock.now()

    def digest(text: str) -> str:
        return keyed_hash_at(deps.keyring, text, EPOCH + _days(now), tenant=challenge.tenant)

    (block, suffix), network = range_of(asking.number), network_of(asking.address)
    return Mark(
        tenant=challenge.tenant,
        by=challenge.id,
        at=now,
        country=country,
        suffix=suffix,
        range=digest(f"traffic {block}"),
        network=digest(f"traffic {network}") if network else None,
    )


def _days(now: datetime) -> timedelta:
    """The key of the day: exchanging it begins nothing new before the day is over."""
    return timedelta(days=(now - EPOCH).days)


def _share(challenge: Challenge, mark: Mark, rules: Pumping) -> Count:
    """What all that is suspicious in a country has in common."""
    allowance = rules.shared
    since = EPOCH + (mark.at - EPOCH) // allowance.within * allowance.within
    name = f"{mark.tenant}/suspected/{mark.country}/{since:%Y%m%dT%H%M%S}"
    most = allowance.count
    return Count(name, "country", challenge.purpose, most, most, since + allowance.within)
