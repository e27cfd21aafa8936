"""Connecting an authenticator app: once, in time, with few guesses."""

from datetime import timedelta

import pytest

from schemas.verification import DeviceKey
from services.enrollment.devices import domain as activations
from services.enrollment.devices.domain import Activation, Device
from services.kit.decision import Change
from services.kit.errors import ProblemError
from tests.unit.enrollment.builders import NOW

END = NOW + timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def _activation(**fields: object) -> Activation:
    made = Activation(
        handle="H1",
        tenant="northbridge",
        user="sam",
        method_id="m1",
        code="k1.code",
        secret="k1.secret",
        created_at=NOW,
        expires_at=END,
    )
    return made.model_copy(update=fields)


def _device(**fields: object) -> Device:
    made = Device(
        id="d1",
        tenant="northbridge",
        user="sam",
        method_id="m1",
        name="Sam's phone",
        key=DeviceKey(x="x" * 43, y="y" * 43),
        created_at=NOW,
    )
    return made.model_copy(update=fields)


@pytest.mark.parametrize(
    ("typed", "handle"), [("ab-cd", "ABCD"), ("oil", "011"), ("OIL-0", "0110"), ("z9-y8-x7", "Z9Y8X7")]
)
def test_a_typed_handle_is_taken_for_what_it_looks_like(typed: str, handle: str) -> None:
    assert activations.canonical_handle(typed) == handle


def test_a_guess_is_counted() -> None:
    assert activations.count_guess(_activation(guesses=1), at=NOW) == Change(_activation(guesses=2))


def test_the_fifth_guess_is_the_last_one() -> None:
    assert not _activation(guesses=4).is_expired(NOW)
    assert _activation(guesses=5).is_expired(NOW)


def test_a_code_lives_ten_minutes() -> None:
    assert not _activation().is_expired(END - SECOND)
    assert _activation().is_expired(END)


def test_a_used_code_does_not_expire() -> None:
    assert not _activation(device_id="d1", guesses=5).is_expired(END)


@pytest.mark.parametrize("fields", [{"device_id": "d1"}, {"guesses": 5}, {"expires_at": NOW}])
def test_nobody_guesses_at_a_code_that_is_used_or_dead(fields: dict[str, object]) -> None:
    with pytest.raises(ProblemError) as refused:
        activations.count_guess(_activation(**fields), at=NOW)
    assert refused.value.code == "activationExpired"


def test_the_device_with_the_right_code_is_connected() -> None:
    connected = _activation(device_id="d1", device_name="Sam's phone")
    assert activations.connect(_activation(), _device()) == Change(connected)


def test_a_second_device_comes_too_late() -> None:
    with pytest.raises(ProblemError) as refused:
        activations.connect(_activation(device_id="d0"), _device())
    assert refused.value.code == "activationExpired"


def test_a_device_hands_its_secret_over() -> None:
    assert activations.proven(_device(secret="k1.secret"), at=END) == Change(_device(proven_at=END))
    assert activations.proven(_device(proven_at=NOW), at=END) == Change(_device(proven_at=NOW))


def test_a_device_goes_and_comes_with_its_method() -> None:
    retired = activations.retire(_device(), at=END)
    assert retired == Change(_device(removed_at=END))
    assert activations.revive(retired.state) == Change(_device())
