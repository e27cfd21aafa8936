"""What a page waits for after codes or answers were handed in, and when it has nothing to wait for any more."""

from dataclasses import dataclass

import pytest

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.store import Challenges
from services.enrollment.sessions.handlers.asking import being_kept
from tests.support.clock import NOON, FixedClock
from tests.support.in_memory.enrolling import outbox, sam_at
from tests.unit.enrollment.builders import proof_of, tried


@dataclass
class Kept:
    """What the question is asked of."""

    challenges: Challenges
    clock: FixedClock


def codes(*results: str | None, **fields: object) -> Challenge:
    challenge, registration = proof_of("recoveryCodes")
    terms = challenge.terms.model_copy(update={"created_at": NOON, "expires_at": NOON.replace(minute=5)})
    more = {"terms": terms, "registration": registration, "submissions": tried(*results)}
    return challenge.model_copy(update={**more, **fields})


@pytest.mark.parametrize(
    ("challenge", "waits"),
    [
        (codes(None), True),
        (codes("verified", status="verified"), False),
        (codes("codeExpired", status="expired"), False),
        (codes(), False),
    ],
)
async def test_a_page_waits_while_the_verifier_has_not_kept_them(challenge: Challenge, waits: bool) -> None:
    clock = FixedClock()
    async with outbox(clock) as kept:
        sam = sam_at("recoveryCodes.show", requested=challenge)
        await kept.put(account=sam.account, challenge=challenge)
        deps = Kept(kept.store.challenges, clock)
        assert (await being_kept(sam, "recoveryCodes", deps) is not None) == waits
        assert await being_kept(sam, "securityQuestions", deps) is None


async def test_nothing_is_waited_for_where_nothing_was_handed_in() -> None:
    clock = FixedClock()
    async with outbox(clock) as kept:
        deps = Kept(kept.store.challenges, clock)
        assert await being_kept(sam_at("recoveryCodes.show"), "recoveryCodes", deps) is None
        assert await being_kept(sam_at("recoveryCodes.show", requested=codes(None)), "recoveryCodes", deps) is None
