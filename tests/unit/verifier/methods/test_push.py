"""Only the device's own, fresh answer to this request with the number on the page proves anything."""

from datetime import timedelta

import pytest

from services.kit.crypto.device import Decision, DevicePrivateKey
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.push import DENIED, NOT_THE_DEVICE, OTHER_NUMBER, PushMethod
from services.verifier.methods.totp import TotpSecret
from tests.support.builders.app_proofs import (
    DEVICE_ID,
    NUMBER_SHOWN,
    answered,
    approved,
    denied,
    push_terms,
    signed_answer,
    totp_terms,
)
from tests.support.builders.challenges import TENANT, USER, submitted, terms
from tests.support.builders.keys import keyring
from tests.support.clock import NOON

TERMS = push_terms()
METHOD = PushMethod(keyring("verifier"))
SECOND = timedelta(seconds=1)


async def found(token: str, decision: Decision = "approve", *, after: timedelta = timedelta()) -> Judgement:
    event = answered(TERMS, token, decision, at=NOON + after)
    return await METHOD.read(event, tenant=TENANT, user=USER).examine(None)


async def test_an_approval_with_the_number_on_the_page_is_right() -> None:
    proof = METHOD.read(approved(TERMS), tenant=TENANT, user=USER)
    assert proof.guesses
    assert await proof.examine(None) == Right()


async def test_the_app_that_is_registered_leaves_its_secret_for_later_codes() -> None:
    totp = totp_terms().totp
    assert totp
    assert totp.secret
    both = TERMS.model_copy(update={"totp": totp})
    later = both.model_copy(update={"purpose": "signIn"})
    for of, bound in ((both, TotpSecret(secret=totp.secret)), (later, None)):
        proof = METHOD.read(approved(of), tenant=TENANT, user=USER)
        assert await proof.examine(None) == Right(binds=bound)


@pytest.mark.parametrize("number", ["70", "7", "007", "", "٠٧"])
async def test_any_other_number_ends_the_challenge(number: str) -> None:
    assert await found(signed_answer(TERMS, number=number)) == OTHER_NUMBER
    assert Wrong("numberMismatch", ends="failed") == OTHER_NUMBER


async def test_an_approval_without_a_number_ends_the_challenge() -> None:
    assert await found(signed_answer(TERMS)) == OTHER_NUMBER


@pytest.mark.parametrize("reported", [False, True])
async def test_a_denial_ends_the_challenge_and_is_no_guess(reported: bool) -> None:
    proof = METHOD.read(denied(TERMS, reported=reported), tenant=TENANT, user=USER)
    assert not proof.guesses
    assert await proof.examine(None) == DENIED
    assert Wrong("pushDenied", ends="denied") == DENIED


async def test_another_key_is_not_the_device() -> None:
    stranger = signed_answer(TERMS, number=NUMBER_SHOWN, key=DevicePrivateKey.generate())
    assert await found(stranger) == NOT_THE_DEVICE
    assert Wrong("deviceSignatureInvalid") == NOT_THE_DEVICE


@pytest.mark.parametrize("token", ["", "a.b.c", "." * 4096, "\u00e9"])
async def test_what_is_no_answer_is_not_the_device(token: str) -> None:
    assert await found(token) == NOT_THE_DEVICE


async def test_an_answer_to_another_request_is_not_the_device() -> None:
    assert await found(signed_answer(TERMS, number=NUMBER_SHOWN, nonce="M" * 43)) == NOT_THE_DEVICE
    assert await found(signed_answer(TERMS, number=NUMBER_SHOWN, challenge_id="challenge-2")) == NOT_THE_DEVICE


@pytest.mark.parametrize(
    ("signed", "submitted_as"), [("deny", "approve"), ("approve", "deny"), ("report", "deny"), ("deny", "report")]
)
async def test_a_decision_other_than_the_signed_one_is_not_the_device(signed: Decision, submitted_as: Decision) -> None:
    assert await found(signed_answer(TERMS, signed, NUMBER_SHOWN), submitted_as) == NOT_THE_DEVICE


@pytest.mark.parametrize(
    ("after", "judgement"),
    [
        (-61 * SECOND, NOT_THE_DEVICE),
        (-60 * SECOND, Right()),
        (120 * SECOND, Right()),
        (121 * SECOND, NOT_THE_DEVICE),
    ],
)
async def test_an_answer_is_good_for_its_minute_and_a_minute_of_skew(after: timedelta, judgement: Judgement) -> None:
    assert await found(signed_answer(TERMS, number=NUMBER_SHOWN), after=after) == judgement


def test_the_digest_tells_equal_answers_of_one_challenge_and_nothing_else() -> None:
    token = signed_answer(TERMS, number=NUMBER_SHOWN)
    again, other = signed_answer(TERMS, number=NUMBER_SHOWN), push_terms("challenge-2")
    digests = [
        METHOD.read(answered(of, one), tenant=TENANT, user=USER).digest
        for of, one in ((TERMS, token), (TERMS, token), (TERMS, again), (other, token))
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_failures_count_for_the_device() -> None:
    assert METHOD.identity(TERMS) == METHOD.identity(push_terms("challenge-2")) == DEVICE_ID


@pytest.mark.parametrize(("tenant", "user"), [("southgate", USER), (TENANT, "kim")])
def test_an_answer_moved_to_somebody_else_does_not_open(tenant: str, user: str) -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(approved(TERMS), tenant=tenant, user=user)


def test_a_number_from_another_challenge_does_not_open() -> None:
    other = push_terms("challenge-2").push
    assert other
    moved = TERMS.model_copy(update={"push": other})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(approved(TERMS).model_copy(update={"terms": moved}), tenant=TENANT, user=USER)


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(terms())
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "123456"), tenant=TENANT, user=USER)


def test_a_read_answer_shows_neither_token_nor_number() -> None:
    token = signed_answer(TERMS, number=NUMBER_SHOWN)
    shown = repr(METHOD.read(answered(TERMS, token), tenant=TENANT, user=USER))
    assert token not in shown
    assert f"'{NUMBER_SHOWN}'" not in shown
