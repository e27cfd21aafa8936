"""What a method is still asked ends with it; an event that is read again long after ends nothing of today."""

from datetime import timedelta

import pytest

from schemas.enrollment import MethodSuspended
from services.enrollment.accounts.handlers.lifecycle import method_suspended
from tests.support.builders.challenges import enveloped
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import outbox, sam_at
from tests.unit.enrollment.builders import texted

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("opened", "status"), [(NOON - HOUR, "cancelled"), (NOON + HOUR, "pending")])
async def test_a_suspension_ends_what_was_asked_before_it(opened: object, status: str) -> None:
    challenge = texted()
    terms = challenge.terms.model_copy(update={"created_at": opened})
    event = MethodSuspended(method_id="new", method_type="phone", reason="notMe", suspended_at=NOON)
    async with outbox(FixedClock()) as kept:
        await kept.put(account=sam_at("prompt").account, challenge=challenge.model_copy(update={"terms": terms}))
        await method_suspended(event, enveloped(event, "session-1", user="sam"), store=kept.store)
        stored = await kept.store.challenges.get(challenge.id)
        assert stored
        assert stored.state.status == status
