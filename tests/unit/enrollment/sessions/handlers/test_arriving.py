"""Who begins a session: by a ticket of ours, or sent by a platform to prove something."""

from collections.abc import AsyncIterator

import pytest

from schemas.base import Purpose
from schemas.enrollment import UnusualActivityNoticed
from services.enrollment.accounts.domain.account import Account, Browser
from services.enrollment.sessions.handlers.arriving import Visitor
from services.enrollment.sessions.handlers.verification import use_verify_ticket
from services.kit.decision import Change
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, outbox
from tests.support.in_memory.push import CODES, RETURN_URL, Attack, attack_on

CAFE = Visitor("a-browser-in-a-cafe", "FR")


@pytest.fixture
async def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def sent(clock: FixedClock) -> AsyncIterator[Outbox]:
    async with outbox(clock) as opened:
        yield opened


async def verifying(attack: Attack, purpose: Purpose) -> Account:
    """Sam's account, known from another browser, once a verification was begun in the cafe."""
    at_home = Browser(mark="home")
    await attack.deps.accounts.change(
        "northbridge/sam", lambda sam: Change(sam.model_copy(update={"browsers": (at_home,)}))
    )
    ticket = (await attack.ask(purpose=purpose, method_id=CODES.id, return_url=RETURN_URL)).ticket
    principal, _ = await use_verify_ticket(ticket or "", attack.deps, visitor=CAFE)
    return principal.account


async def test_a_new_browser_on_the_page_of_a_verification_is_noticed(sent: Outbox, clock: FixedClock) -> None:
    attack = await attack_on(sent.store, clock)
    sam = await verifying(attack, "signIn")
    (noticed,) = await sent.published(UnusualActivityNoticed)
    assert (noticed.kind, noticed.session_id, noticed.challenge_id) == ("newBrowser", None, attack.opened[0].id)
    assert (len(sam.browsers), len(sam.countries)) == (2, 1)
    assert CAFE.browser not in str(sam)


async def test_whoever_wants_to_reset_a_password_is_not_known_from_then_on(sent: Outbox, clock: FixedClock) -> None:
    sam = await verifying(await attack_on(sent.store, clock), "passwordReset")
    assert await sent.published(UnusualActivityNoticed) == []
    assert (len(sam.browsers), sam.countries) == (1, ())
