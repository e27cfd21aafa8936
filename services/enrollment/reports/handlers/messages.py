"""What became of the messages of a day, and what was suspected among them."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from services.enrollment.needs import HasChallenges, HasClock, HasSendDecisions
from services.enrollment.pumping.store import SendDecision
from services.enrollment.reports.domain.messages import MessageFigures, figures_of

MOST: Final = 10_000
"""How many messages or decisions one report reads, the newest: a page must not hold a request for long."""
MESSAGES_OF: Final = timedelta(days=1)
"""As long as challenges are kept after their end."""
DECISIONS_OF: Final = timedelta(days=7)


class CanReportMessages(HasChallenges, HasClock, HasSendDecisions, Protocol):
    """Counts messages and decisions about them."""


@dataclass(frozen=True)
class SuspectedFigures:
    """Messages to a country of which the same was suspected: how many went out all the same, and how many did not."""

    country: str | None
    signals: tuple[str, ...]
    observed: int
    refused: int


@dataclass(frozen=True)
class MessageReport:
    """`is_all` is false where there were more messages than were read."""

    messages: tuple[MessageFigures, ...]
    suspected: tuple[SuspectedFigures, ...]
    is_all: bool


async def message_report(tenant: str, deps: CanReportMessages, *, most: int = MOST) -> MessageReport:
    """The messages of a tenant in the last day, and what was suspected in the last week."""
    now = deps.clock.now()
    found = await deps.challenges.carried_since(tenant, now - MESSAGES_OF, limit=most + 1)
    decisions = await deps.send_decisions.since(tenant, now - DECISIONS_OF, limit=most)
    return MessageReport(figures_of(found[:most]), _suspected(decisions), len(found) <= most)


def _suspected(decisions: list[SendDecision]) -> tuple[SuspectedFigures, ...]:
    observed, refused = Counter[tuple[str | None, tuple[str, ...]]](), Counter[tuple[str | None, tuple[str, ...]]]()
    for decision in decisions:
        (refused if decision.is_refused else observed)[decision.country, decision.signals] += 1
    kinds = sorted((observed + refused).items(), key=lambda kind: (-kind[1], str(kind[0])))
    return tuple(SuspectedFigures(*kind, observed[kind], refused[kind]) for kind, _ in kinds)
