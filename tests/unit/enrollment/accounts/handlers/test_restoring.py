"""A method comes back after the proof of another one."""

from datetime import timedelta

import pytest

from services.enrollment.accounts.domain import suspension
from services.enrollment.accounts.handlers.restoring import restore
from services.enrollment.sessions.domain.session import RecentProof
from services.enrollment.sessions.principal import Principal
from services.kit.decision import Change
from services.kit.errors import ReauthenticationRequiredError
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import outbox, sam_at
from tests.support.in_memory.push import APP, CODES, attack_on


async def test_what_was_suspended_since_the_page_was_read_vouches_for_nothing() -> None:
    clock = FixedClock(NOON + timedelta(minutes=1))
    async with outbox(clock) as box:
        attack = await attack_on(box.store, clock)
        gone = APP.model_copy(update={"state": "suspended"})
        sam = sam_at("manage", CODES.model_copy(update={"created_at": NOON - timedelta(days=1)}), gone)
        proof = RecentProof(method_id=CODES.id, method_type=CODES.type, at=NOON)
        session = sam.session.model_copy(update={"intent": "manage", "proof": proof})
        read = Principal(sam.account.model_copy(update={"sessions": (session,)}), session)
        suspended = suspension.suspend(read.account, CODES.id, "reported", "elsewhere", at=NOON).state
        await attack.deps.accounts.change(read.account_id, lambda _: Change(suspended))
        with pytest.raises(ReauthenticationRequiredError):
            await restore(read, APP.id, attack.deps)
        await attack.deps.accounts.change(read.account_id, lambda _: Change(read.account))
        back = (await restore(read, APP.id, attack.deps)).account.method(APP.id)
        assert back
        assert back.state == "active"
