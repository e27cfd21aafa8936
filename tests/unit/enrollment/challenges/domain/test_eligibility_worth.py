"""How a proof was made, and what it is worth to a platform."""

import pytest

from schemas.base import Channel, MethodType
from schemas.verification import ProofKind
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.eligibility import left_to_prove, proof_class, proof_means, proofs_required
from services.enrollment.policies.domain.requirements import GroupPolicy, Use
from tests.unit.enrollment.builders import NOW, account, method, proof_of


def _proof(kind: ProofKind, channel: Channel = "local") -> Challenge:
    challenge, _ = proof_of("phone")
    terms = challenge.terms.model_copy(update={"kind": kind})
    return challenge.model_copy(update={"terms": terms, "channel": channel})


def _of_type(kind: MethodType) -> Challenge:
    challenge, _ = proof_of(kind)
    return challenge


@pytest.mark.parametrize(
    ("kind", "channel", "means"),
    [
        ("pushApproval", "push", ("pop", "swk")),
        ("passkey", "local", ("pop", "user")),
        ("securityQuestions", "local", ("kba",)),
        ("call", "voice", ("tel",)),
        ("code", "sms", ("otp", "sms")),
        ("code", "voice", ("otp", "tel")),
        ("code", "email", ("otp",)),
        ("totp", "local", ("otp",)),
        ("recoveryCode", "local", ("otp",)),
    ],
)
def test_a_proof_says_how_it_was_made(kind: ProofKind, channel: Channel, means: tuple[str, ...]) -> None:
    assert proof_means([_proof(kind, channel)]) == means


def test_two_proofs_are_more_than_one_factor_and_say_each_means_once() -> None:
    assert proof_means([_proof("code", "sms"), _proof("totp")]) == ("otp", "sms", "mfa")


@pytest.mark.parametrize(
    ("kinds", "worth"),
    [
        (("passkey",), "phr"),
        (("email", "passkey"), "phr"),
        (("phone",), "urn:security-info:acr:possession"),
        (("email", "phone"), "urn:security-info:acr:possession"),
        (("email", "securityQuestions"), "urn:security-info:acr:recovery"),
    ],
)
def test_a_proof_is_worth_what_the_best_of_its_methods_is(kinds: tuple[MethodType, ...], worth: str) -> None:
    assert proof_class([_of_type(kind) for kind in kinds]) == worth


@pytest.mark.parametrize(("number", "required"), [(None, 1), (1, 1), (2, 2)])
def test_a_reset_asks_for_as_many_methods_as_the_policy_says(number: int | None, required: int) -> None:
    policy = GroupPolicy(allowed=("phone", "email"), reset=Use(number=number))
    assert proofs_required(policy, "passwordReset") == required
    assert proofs_required(policy, "signIn") == 1


def test_a_type_that_was_proven_is_not_asked_for_again() -> None:
    whose = account(method("phone"), method("email"), default_method_id="email")
    policy = GroupPolicy(allowed=("phone", "email"))
    proven: tuple[MethodType, ...] = ("email",)
    before = left_to_prove(whose, policy, "passwordReset", (), NOW)
    after = left_to_prove(whose, policy, "passwordReset", proven, NOW)
    assert [left.type for left in before] == ["email", "phone"]
    assert [left.type for left in after] == ["phone"]
