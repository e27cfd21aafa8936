"""What a new challenge does to those that are still open, over documents in memory."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from schemas.base import Purpose
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.opening import supersede
from services.enrollment.challenges.store import Challenges
from services.kit.clock import Clock
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox
from tests.unit.enrollment.builders import texted


@dataclass(frozen=True)
class Deps:
    challenges: Challenges
    clock: Clock


def asked(challenge_id: str, purpose: Purpose, *, after: int) -> Challenge:
    """Of one and the same method, `after` seconds."""
    made = texted()
    moment = made.terms.created_at + timedelta(seconds=after)
    terms = made.terms.model_copy(update={"challenge_id": challenge_id, "purpose": purpose, "created_at": moment})
    return made.model_copy(update={"id": challenge_id, "terms": terms})


async def status_after(box: Outbox, earlier: Purpose, later: Purpose) -> str:
    first, second = asked("c-1", earlier, after=0), asked("c-2", later, after=5)
    for challenge in (first, second):
        await box.store.challenges.insert(challenge.id, challenge)
    await supersede(second, Deps(box.store.challenges, FixedClock()))
    newest, kept = await box.store.challenges.get("c-2"), await box.store.challenges.get("c-1")
    assert newest is not None
    assert newest.state.status == "pending"
    assert kept is not None
    return kept.state.status


@pytest.mark.parametrize(
    ("earlier", "later"), [("signIn", "signIn"), ("signIn", "stepUp"), ("registration", "registration")]
)
async def test_a_new_challenge_ends_the_open_one_of_its_kind(box: Outbox, earlier: Purpose, later: Purpose) -> None:
    assert await status_after(box, earlier, later) == "cancelled"


@pytest.mark.parametrize(("earlier", "later"), [("registration", "signIn"), ("passwordReset", "registration")])
async def test_a_sign_in_and_a_change_of_number_do_not_end_one_another(
    box: Outbox, earlier: Purpose, later: Purpose
) -> None:
    assert await status_after(box, earlier, later) == "pending"
