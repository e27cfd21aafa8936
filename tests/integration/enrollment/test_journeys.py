"""The walks through the wizard on a real database: each once, of one tenant and one decision, whatever comes twice."""

import asyncio
from datetime import timedelta
from itertools import pairwise

from schemas.base import Event
from schemas.enrollment import Decision, EnrollmentCompleted, EnrollmentStarted, EnrollmentStepReached
from schemas.envelope import Envelope
from services.enrollment.accounts.domain.account import account_id
from services.enrollment.dependencies import Dependencies
from services.enrollment.reports.handlers.funnel import funnel_report, note_journey
from services.enrollment.reports.handlers.registrations import registration_summary
from services.kit.ids import new_id
from tests.integration.enrollment.test_registration_report import PEOPLE, deps

__all__ = ["deps"]
STEPS = ("prompt", "phone", "phone.code", "phone.verified", "success")


def walk(session: str, decision: Decision, deps: Dependencies) -> list[Event]:
    """All that is told of somebody who gets through, ten seconds a step."""
    times = [deps.clock.now() + timedelta(seconds=10 * number) for number in range(len(STEPS))]
    started = EnrollmentStarted(
        session_id=session, intent="signIn", decision=decision, required=("phone",), started_at=times[0]
    )
    reached = [
        EnrollmentStepReached(session_id=session, step=step, reached_at=at)
        for step, at in zip(STEPS, times, strict=True)
    ]
    return [started, *reached, EnrollmentCompleted(session_id=session, methods=("phone",), completed_at=times[-1])]


async def told(tenant: str, events: list[Event], session: str, deps: Dependencies) -> None:
    """The events, each twice and all at once, as after a rebalance."""
    envelopes = [
        Envelope(new_id(), type(event).__name__, "enrollment", deps.clock.now(), tenant, session, event, subject="sam")
        for event in events
    ]
    notes = (note_journey(one.event, one, store=deps) for one in (*envelopes, *reversed(envelopes)))
    await asyncio.gather(*notes)


async def test_a_report_holds_each_walk_of_its_tenant_once(deps: Dependencies) -> None:
    walks: list[tuple[str, Decision]] = [
        ("north", "register"),
        ("north", "register"),
        ("north", "nudge"),
        ("north-east", "register"),
    ]
    for number, (tenant, decision) in enumerate(walks):
        await told(tenant, walk(f"s{number}", decision, deps), f"s{number}", deps)
    report = await funnel_report("north", "register", 7, deps)
    assert (report.funnel.started, report.funnel.outcomes, report.is_all) == (2, {"completed": 2}, True)
    assert [(one.step, one.reached, one.seconds) for one in report.funnel.steps] == [
        *((step, 2, 10) for step, _ in pairwise(STEPS)),
        ("success", 2, None),
    ]
    assert (await funnel_report("north", "nudge", 7, deps)).funnel.started == 1
    assert not (await funnel_report("north", "register", 7, deps, most=1)).is_all
    stored = await deps.database.collection("journeys").find_one({"_id": "s0"})
    assert "sam" not in str(stored)
    assert account_id("north", "sam") not in str(stored)


async def test_registration_in_numbers_is_that_of_the_report(deps: Dependencies) -> None:
    summary, are_all = await registration_summary("north", deps, batch=4)
    with_phone = len(range(0, PEOPLE, 3))
    assert are_all
    assert (summary.people, summary.mfa_capable, summary.complete) == (PEOPLE, with_phone, with_phone)
    part, are_all = await registration_summary("north", deps, batch=4, most=5)
    assert (part.people, are_all) == (5, False)
