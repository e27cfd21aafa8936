"""What the verifier says of a proof, over documents in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from schemas.verification import MethodVerified
from services.enrollment.accounts.domain.account import account_id
from services.enrollment.challenges.domain.challenge import Challenge, Status
from services.enrollment.challenges.handlers.verdicts import method_verified
from services.enrollment.signals import Signals
from tests.support.challenges import enveloped
from tests.support.clock import FixedClock
from tests.support.enrolling import Outbox, outbox
from tests.unit.enrollment.builders import NOW, account, proof_of, tried


@pytest.fixture
async def box() -> AsyncIterator[Outbox]:
    async with outbox(FixedClock()) as opened:
        yield opened


async def registered_after(box: Outbox, status: Status, **forged: Any) -> tuple[Challenge, bool]:
    """A right proof of a phone whose challenge was `status`: what it is then, and whether the phone is on file. What is
    `forged` the verdict says otherwise than it was asked."""
    asked, registration = proof_of("phone")
    challenge = asked.model_copy(
        update={"registration": registration, "submissions": tried(None), "status": status, "ended_at": None}
    )
    person = account()
    await box.store.accounts.insert(person.id, person)
    await box.store.challenges.insert(challenge.id, challenge)
    event = MethodVerified(
        challenge_id=challenge.id,
        submission_id="s1",
        purpose="registration",
        method_id=challenge.method_id,
        method_type="phone",
        kind="code",
        verified_at=NOW,
    )
    event = event.model_copy(update={name: value for name, value in forged.items() if name in type(event).model_fields})
    cause = enveloped(event, challenge.id)
    cause = replace(cause, **{name: value for name, value in forged.items() if hasattr(cause, name)})
    for _ in range(2):
        await method_verified(event, cause, store=box.store, signals=Signals())
    after, kept = (
        await box.store.challenges.get(challenge.id),
        await box.store.accounts.get(account_id("northbridge", "sam")),
    )
    assert after is not None
    assert kept is not None
    return after.state, kept.state.method(challenge.method_id) is not None


async def test_a_right_proof_registers_its_method(box: Outbox) -> None:
    challenge, is_on_file = await registered_after(box, "pending")
    assert (challenge.status, is_on_file) == ("verified", True)


@pytest.mark.parametrize("status", ["cancelled", "expired", "failed", "denied"])
async def test_a_right_proof_of_a_challenge_that_ended_registers_nothing(box: Outbox, status: Status) -> None:
    challenge, is_on_file = await registered_after(box, status)
    assert (challenge.status, is_on_file) == (status, False)
    assert challenge.submissions[0].result == "challengeEnded"


@pytest.mark.parametrize(
    "forged",
    [
        {"tenant": "southgate"},
        {"subject": "alex"},
        {"correlation_id": "c-other"},
        {"method_id": "other"},
        {"method_type": "authenticatorApp"},
        {"kind": "call"},
        {"purpose": "signIn"},
        {"submission_id": "never-handed-in"},
    ],
)
async def test_a_verdict_about_something_else_than_was_asked_registers_nothing(
    box: Outbox, forged: dict[str, str]
) -> None:
    challenge, is_on_file = await registered_after(box, "pending", **forged)
    assert (challenge.status, is_on_file) == ("pending", False)


async def test_a_verdict_that_names_no_kind_is_one_of_the_version_before(box: Outbox) -> None:
    challenge, is_on_file = await registered_after(box, "pending", kind=None)
    assert (challenge.status, is_on_file) == ("verified", True)
