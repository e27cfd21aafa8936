"""Journeys through the wizard: noted event by event, and read as the funnel."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from schemas.base import Event
from schemas.enrollment import Decision
from schemas.envelope import Envelope
from services.enrollment.needs import HasClock, HasJourneys
from services.enrollment.reports.domain.funnel import Funnel, funnel
from services.enrollment.reports.domain.journey import begun, noted
from services.kit.decision import Change


class CanReportJourneys(HasClock, HasJourneys, Protocol):
    """Counts journeys."""


MOST_JOURNEYS = 10_000
"""How many one report reads, the newest: a page must not hold a request for long."""


@dataclass(frozen=True)
class FunnelReport:
    """The funnel of some days; `is_all` is false where there are more sessions than were read."""

    funnel: Funnel
    is_all: bool


async def note_journey(event: Event, cause: Envelope, *, store: HasJourneys) -> None:
    """One document a session. What was noted before changes nothing, so that no inbox is needed."""
    await store.journeys.change_or_insert(
        cause.correlation_id, begun(cause.tenant, event), lambda journey: Change(noted(journey, event))
    )


async def funnel_report(
    tenant: str, decision: Decision, days: int, deps: CanReportJourneys, *, most: int = MOST_JOURNEYS
) -> FunnelReport:
    """The funnel of a tenant's sessions of the last `days` days that this decision led to."""
    since = deps.clock.now() - timedelta(days=days)
    found = await deps.journeys.since(tenant, decision, since, limit=most + 1)
    return FunnelReport(funnel(stored.state for stored in found[:most]), len(found) <= most)
