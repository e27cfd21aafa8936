"""How far a registration by the API is."""

from datetime import timedelta

import pytest

from services.enrollment.challenges.domain.challenge import Status
from services.enrollment.registrations.domain import ApiRegistration, RegistrationState
from tests.unit.enrollment.builders import NOW, proof_of

END = NOW + timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def _registration(challenge_id: str | None = None) -> ApiRegistration:
    return ApiRegistration(
        id="r1",
        tenant="northbridge",
        user="sam",
        type="phone",
        method_id="m1",
        challenge_id=challenge_id,
        created_at=NOW,
        expires_at=END,
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", "pending"),
        ("verified", "completed"),
        ("failed", "failed"),
        ("denied", "failed"),
        ("cancelled", "failed"),
        ("expired", "expired"),
    ],
)
def test_a_registration_is_as_far_as_its_challenge(status: Status, state: RegistrationState) -> None:
    challenge, _ = proof_of("phone")
    assert _registration("c").state_at(NOW, challenge.model_copy(update={"status": status})) == state


def test_a_registration_ends_with_the_time_of_its_challenge() -> None:
    challenge, _ = proof_of("phone")
    assert _registration("c").state_at(NOW + timedelta(minutes=5), challenge) == "expired"


def test_a_registration_waits_for_its_challenge_until_its_time_is_over() -> None:
    assert _registration().state_at(END - SECOND, None) == "pending"
    assert _registration().state_at(END, None) == "expired"


def test_a_registration_whose_challenge_is_gone_is_over() -> None:
    assert _registration("c").state_at(NOW, None) == "expired"
