"""Who is told of a change, and until when that is of any use."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from schemas.enrollment import Destination, MethodRegistered, NoticeRequested
from services.enrollment.accounts.store import Accounts
from services.enrollment.notices.handlers import notify_change
from services.enrollment.notices.store import Notices
from services.kit.crypto.sealing import Binding, Sealer
from tests.support.challenges import enveloped
from tests.support.clock import NOON, FixedClock
from tests.support.enrolling import Outbox, outbox, sam_at
from tests.support.keys import keyring
from tests.unit.enrollment.builders import method

ADDRESS = "sam@home.example"


@dataclass
class Changes:
    """What telling of a change needs, and no more."""

    accounts: Accounts
    notices: Notices
    clock: FixedClock
    sealer: Sealer
    public_origin: str = "https://id.example"


@pytest.fixture
async def box() -> AsyncIterator[Outbox]:
    async with outbox(FixedClock()) as opened:
        yield opened


@pytest.fixture
async def changes(box: Outbox) -> Changes:
    """Sam has registered a phone, and the platform named an address."""
    sealer = Sealer(keyring("enrollment"))
    account = sam_at("phone", method("phone")).account
    sealed = sealer.seal("destination", ADDRESS.encode(), Binding(account.tenant, account.user))
    named = account.profile.model_copy(update={"emails": (Destination(sealed=sealed, masked="s•••@home.example"),)})
    await box.put(account=account.model_copy(update={"profile": named}))
    return Changes(box.store.accounts, box.store.notices, FixedClock(), sealer)


async def registered(changes: Changes, *, age: timedelta) -> None:
    """The event of the registration, read so long after it happened."""
    event = MethodRegistered(
        method_id="phone", method_type="phone", display_name="••01", is_default=True, registered_at=NOON
    )
    changes.clock.advance(age)
    await notify_change(event, enveloped(event, "session-1", user="sam", at=NOON), changes)


@pytest.mark.parametrize("age", [timedelta(), timedelta(hours=30), timedelta(days=7) - timedelta(seconds=1)])
async def test_a_change_is_told_also_after_an_outage(changes: Changes, box: Outbox, age: timedelta) -> None:
    await registered(changes, age=age)
    (told,) = await box.published(NoticeRequested)
    assert told.not_after == min(NOON + age + timedelta(hours=12), NOON + timedelta(days=7))


async def test_a_change_that_is_read_again_from_the_beginning_is_not_told_again(changes: Changes, box: Outbox) -> None:
    await registered(changes, age=timedelta(days=7))
    assert await box.published(NoticeRequested) == []
