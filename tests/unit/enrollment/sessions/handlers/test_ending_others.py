"""A person, or an administrator, ends sessions that are open elsewhere."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from schemas.enrollment import EnrollmentCancelled
from services.enrollment.accounts.handlers import administration, self_service
from services.enrollment.challenges.handlers.platform import asked_by
from services.enrollment.sessions.handlers.verification import use_verify_ticket
from services.enrollment.sessions.principal import Principal
from services.kit.decision import Change
from services.kit.errors import UnknownUserError
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import Outbox, outbox, sam_at
from tests.support.in_memory.push import CALLER, CODES, RETURN_URL, Attack, attack_on


@pytest.fixture
async def clock() -> FixedClock:
    return FixedClock(NOON + timedelta(minutes=1))


@pytest.fixture
async def box(clock: FixedClock) -> AsyncIterator[Outbox]:
    async with outbox(clock) as opened:
        yield opened


async def in_three(box: Outbox, clock: FixedClock) -> tuple[Attack, Principal]:
    """Sam at "My security info" with one session open elsewhere, and one that is over."""
    sam = sam_at("manage")
    elsewhere, over = (sam.session.model_copy(update={"id": name}) for name in ("elsewhere", "over"))
    over = over.model_copy(update={"outcome": "completed", "ended_at": NOON})
    account = sam.account.model_copy(update={"sessions": (sam.session, elsewhere, over)})
    attack = await attack_on(box.store, clock)
    await attack.deps.accounts.change(account.id, lambda _: Change(account))
    return attack, Principal(account, sam.session)


async def test_what_is_open_elsewhere_is_shown_and_ended(box: Outbox, clock: FixedClock) -> None:
    attack, sam = await in_three(box, clock)
    assert [one.id for one in self_service.open_elsewhere(sam, attack.deps)] == ["elsewhere"]
    sam = await self_service.end_elsewhere(sam, attack.deps)
    assert [one.outcome for one in sam.account.sessions] == [None, "cancelled", "completed"]
    assert self_service.open_elsewhere(sam, attack.deps) == ()
    assert [event.session_id for event in await box.published(EnrollmentCancelled)] == ["elsewhere"]


async def test_an_administrator_ends_all(box: Outbox, clock: FixedClock) -> None:
    attack, _ = await in_three(box, clock)
    await administration.end_sessions("northbridge", "sam", attack.deps)
    stored = await attack.deps.accounts.get("northbridge/sam")
    assert stored
    assert [one.outcome for one in stored.state.sessions] == ["cancelled", "cancelled", "completed"]
    with pytest.raises(UnknownUserError):
        await administration.end_sessions("northbridge", "nobody", attack.deps)


async def test_what_an_ended_session_asked_for_is_not_approved_any_more(box: Outbox, clock: FixedClock) -> None:
    """Whoever has only the password waits at the page; the request is on the phone. What the platform asks by itself is
    its own affair."""
    attack = await attack_on(box.store, clock)
    on_our_page, by_platform = await attack.ask(return_url=RETURN_URL), await attack.ask(method_id=CODES.id)
    await use_verify_ticket(on_our_page.ticket or "", attack.deps)
    for _ in range(2):
        await administration.end_sessions("northbridge", "sam", attack.deps)
    asked = [await asked_by(CALLER, of.verification.id, attack.deps) for of in (on_our_page, by_platform)]
    assert [one.status_at(clock.now()) for one in asked] == ["cancelled", "pending"]
    assert await attack.waiting() == []
