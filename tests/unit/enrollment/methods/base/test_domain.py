"""What follows from the traits of a type of method."""

import pytest

from schemas.base import Channel
from services.enrollment.challenges.domain.challenge import Registration
from services.enrollment.methods.base.domain import ProofTraits, Traits, WizardStep, beyond_limit, once
from services.kit.errors import MethodAlreadyRegisteredError, MethodLimitReachedError, ProblemError
from tests.unit.enrollment.builders import method

GIVEN = ProofTraits(amr=("otp",), proves_registration=False)
CODE = ProofTraits(amr=("otp",))
CALL = ProofTraits(amr=("tel",), channels=frozenset({"voice"}))
PHONE = Traits(
    type="phone",
    proofs={"code": CODE, "call": CALL},
    steps=(WizardStep("phone"), WizardStep("phone.code")),
    delivered_by=frozenset({"sms", "voice"}),
)
NEW = Registration(display_name="")
HELD = tuple(method("phone", name) for name in ("m1", "m2"))


@pytest.mark.parametrize(
    ("limit", "held", "conflict"),
    [(None, 2, None), (3, 2, None), (2, 2, MethodLimitReachedError), (1, 2, MethodLimitReachedError), (1, 0, None)],
)
def test_there_are_as_many_of_a_type_as_its_limit_says(
    limit: int | None, held: int, conflict: type[ProblemError] | None
) -> None:
    assert beyond_limit(Traits(type="phone", proofs={}, limit=limit), HELD[:held], NEW) is conflict


def test_what_there_is_once_is_there_already() -> None:
    assert once(PHONE, HELD[:1], NEW) is MethodAlreadyRegisteredError
    assert once(PHONE, (), NEW) is None


@pytest.mark.parametrize(
    ("channel", "code", "call"),
    [("sms", True, False), ("voice", True, True), ("email", False, False), ("local", False, False)],
)
def test_a_proof_goes_by_the_channels_of_its_method_that_can_carry_it(
    channel: Channel, *, code: bool, call: bool
) -> None:
    assert (PHONE.may_go_by(channel, "code"), PHONE.may_go_by(channel, "call")) == (code, call)


def test_no_channel_carries_a_proof_that_its_method_is_not_delivered_by() -> None:
    assert not Traits(type="email", proofs={"call": CALL}).may_go_by("voice", "call")


def test_what_is_only_chosen_or_given_proves_nothing_by_being_registered() -> None:
    assert not Traits(type="recoveryCodes", proofs={"recoveryCode": GIVEN}).proves_by_registering
    assert Traits(type="phone", proofs={"recoveryCode": GIVEN, "code": CODE}).proves_by_registering


def test_setting_up_begins_with_the_first_step() -> None:
    assert PHONE.first_step == "phone"
