"""Count a message before it is asked for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from schemas.base import Channel
from schemas.enrollment import without_extension
from services.enrollment.budgets.domain import Count, RequestedMessage, Subject, counts_of, network_of, refusal
from services.enrollment.budgets.store import MessageCounts
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.lifecycle import binding_of, is_asked_for
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.needs import CanCount, HasSealer
from services.enrollment.pumping.handlers import Asking, guarded
from services.enrollment.pumping.store import Traffic
from services.enrollment.pumping.traffic import Mark
from services.kit.crypto.sealing import keyed_hash_at
from services.kit.errors import ProblemError

log = structlog.get_logger(__name__)

COUNTED: Final[frozenset[Channel]] = frozenset({"sms", "voice", "whatsapp", "email"})
"""Channels whose messages go to a number or an address. A push goes to a device of the person's own."""


@dataclass
class Reservation:
    """The counts of one message. Whoever finds that it is not asked for gives them back."""

    counts: tuple[Count, ...]
    kept_by: MessageCounts
    traffic: Traffic
    mark: Mark | None = None

    async def give_back(self) -> None:
        """Once: a second time changes nothing."""
        (counts, self.counts), (mark, self.mark) = (self.counts, ()), (self.mark, None)
        await self.kept_by.give_back(counts)
        if mark:
            await self.traffic.withdrawn(mark)


@asynccontextmanager
async def counted(challenge: Challenge | None, address: str | None, deps: CanCount) -> AsyncIterator[Reservation]:
    """Within it, the message of a challenge is asked for: it is counted and judged before, and given back where that is
    refused. What has no message counts for nothing. `address` is the client's, where it is known. What is refused as
    pumping stays counted: whoever goes on gets no more decisions than there are messages.

    Raises:
        ProblemError: `sendLimitReached`, with `Retry-After`.
    """
    reservation = Reservation((), deps.message_counts, deps.traffic)
    if challenge and (destination := _destination(challenge, deps)):
        reservation.counts = await _reserved(challenge, destination, address, deps)
        reservation.mark = await guarded(Asking(challenge, destination, address), deps)
    try:
        yield reservation
    except ProblemError:
        await reservation.give_back()
        raise


async def _reserved(challenge: Challenge, destination: str, address: str | None, deps: CanCount) -> tuple[Count, ...]:
    now, tenant = deps.clock.now(), challenge.tenant

    def digest(text: str, moment: datetime) -> str:
        return keyed_hash_at(deps.keyring, text, moment, tenant=tenant)

    asked = RequestedMessage(tenant, challenge.purpose, _values(challenge, destination, address))
    counts = counts_of(asked, deps.config.messages_of(tenant), digest, at=now)
    full = await deps.message_counts.reserve(counts)
    if full is None:
        return counts
    if await is_asked_for(challenge, deps):
        return ()
    log.warning("no more messages for now", counted=full.subject, purpose=full.purpose, tenant=tenant)
    raise refusal(full, at=now)


def _destination(challenge: Challenge, deps: HasSealer) -> str | None:
    """The number or address that the message goes to; None where it goes to neither."""
    if challenge.destination is None or challenge.channel not in COUNTED:
        return None
    opened = deps.sealer.open("destination", challenge.destination.sealed, binding_of(challenge)).decode()
    return without_extension(opened)


def _values(challenge: Challenge, destination: str, address: str | None) -> dict[Subject, str]:
    country_of, network = TRAITS[challenge.method_type].country_of, network_of(address)
    values: dict[Subject, str] = {"number": destination, "user": challenge.user}
    if country_of is not None:
        values["country"] = country_of(destination)
    return values | ({"network": network} if network else {})
