""" "Verify it's you" with an app whose last requests nobody approved."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.enrollment.accounts.domain.account import Account
from services.enrollment.sessions.handlers import step_up
from services.enrollment.sessions.handlers.asking import current_challenge
from services.enrollment.sessions.principal import Principal
from services.kit.decision import Change
from services.kit.errors import SendLimitReachedError
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import outbox, sam_at
from tests.support.in_memory.push import APP, CODES, Attack, attack_on

BARE = APP.model_copy(update={"has_codes": False})
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def attack(clock: FixedClock) -> AsyncIterator[Attack]:
    async with outbox(clock) as opened:
        yield await attack_on(opened.store, clock)


async def verifying(attack: Attack, *methods: object) -> Principal:
    """Sam's browser, where a method is to be chosen."""
    sam = sam_at("prove.choose")

    def put(account: Account) -> Change[Account]:
        return Change(account.model_copy(update={"sessions": sam.account.sessions, "methods": methods}))

    stored = await attack.deps.accounts.change("northbridge/sam", put)
    assert stored is not None
    return Principal(stored.state, sam.session)


async def test_asked_again_and_again_the_page_asks_for_the_apps_code(attack: Attack) -> None:
    sam = await verifying(attack, APP, CODES)
    kinds = []
    for _ in range(3):
        sam = await step_up.prove_by(sam, APP.id, attack.deps, again=True)
        challenge = await current_challenge(sam, attack.deps)
        assert challenge is not None
        kinds.append(challenge.terms.push is not None)
        attack.clock.advance(timedelta(seconds=5))
    assert kinds == [True, True, False]
    assert len(await attack.waiting()) == 0


async def test_an_app_without_codes_is_refused_and_last(attack: Attack) -> None:
    sam = await verifying(attack, BARE, CODES)
    for _ in range(2):
        sam = await step_up.prove_by(sam, BARE.id, attack.deps, again=True)
    with pytest.raises(SendLimitReachedError):
        await step_up.prove_by(sam, BARE.id, attack.deps, again=True)
    assert await step_up.choices(sam, attack.deps) == (CODES, BARE)


async def test_choosing_the_app_while_its_request_waits_asks_for_nothing_more(attack: Attack) -> None:
    sam = await verifying(attack, APP, CODES)
    for _ in range(2):
        sam = await step_up.prove_by(sam, APP.id, attack.deps, again=True)
    back = await step_up.choose_another(sam, attack.deps)
    again = await step_up.prove_by(back, APP.id, attack.deps)
    assert again.session.requested == sam.session.requested


async def test_a_session_and_a_platform_share_the_one_open_request(attack: Attack) -> None:
    sam = await verifying(attack, APP, CODES)
    await attack.ask()
    sam = await step_up.prove_by(sam, APP.id, attack.deps)
    assert sam.session.requested is not None
    assert await attack.waiting() == [sam.session.requested.id]
    attack.clock.advance(MINUTE)
    await attack.ask()
    assert await attack.waiting() == [attack.opened[-1].id]


async def test_a_session_begins_with_a_choice_while_the_only_app_rests(attack: Attack) -> None:
    sam = await verifying(attack, BARE)
    await attack.for_minutes(2, every=timedelta(seconds=10))
    begun = await step_up.begin(sam, attack.deps)
    assert begun.session.step == "prove.choose"
