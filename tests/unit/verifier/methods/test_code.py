"""The code that was sent, and only that, proves the number."""

import pytest

from services.verifier.domain.base import Right, Wrong
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.code import CodeMethod
from tests.support.builders.challenges import NUMBER, TENANT, USER, right_code, submitted, terms, wrong_codes
from tests.support.builders.keys import keyring

TERMS = terms()
METHOD = CodeMethod(keyring("verifier"))


async def test_the_code_that_the_notifier_derived_is_right() -> None:
    proof = METHOD.read(submitted(TERMS, right_code(TERMS)), tenant=TENANT, user=USER)
    assert proof.guesses
    assert await proof.examine(None) == Right()


@pytest.mark.parametrize(
    "typed", [*wrong_codes(TERMS, 2), "", "٠٠٠٠٠٠", right_code(TERMS)[:-1], right_code(TERMS) + "0"]
)
async def test_any_other_text_is_wrong(typed: str) -> None:
    assert await METHOD.read(submitted(TERMS, typed), tenant=TENANT, user=USER).examine(None) == Wrong("codeIncorrect")


async def test_the_code_of_another_challenge_or_number_is_wrong() -> None:
    for other in (terms("challenge-2"), terms(number="+447700900143")):
        proof = METHOD.read(submitted(TERMS, right_code(other)), tenant=TENANT, user=USER)
        assert await proof.examine(None) == Wrong("codeIncorrect")


def test_the_digest_tells_equal_codes_of_one_challenge_and_nothing_else() -> None:
    def digest(challenge_id: str, code: str) -> str:
        return METHOD.read(submitted(terms(challenge_id), code), tenant=TENANT, user=USER).digest

    assert digest("a", "123456") == digest("a", "123456")
    assert len({digest("a", "123456"), digest("a", "123457"), digest("b", "123456")}) == 3


@pytest.mark.parametrize(("tenant", "user"), [("southgate", USER), (TENANT, "kim")])
def test_a_submission_moved_to_somebody_else_does_not_open(tenant: str, user: str) -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "123456"), tenant=tenant, user=user)


def test_a_submission_moved_to_another_challenge_does_not_open() -> None:
    moved = submitted(TERMS, "123456").model_copy(update={"terms": terms("challenge-2")})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(moved, tenant=TENANT, user=USER)


def test_terms_without_their_code_part_are_unreadable() -> None:
    bare = TERMS.model_copy(update={"code": None})
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(bare)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "1").model_copy(update={"terms": bare}), tenant=TENANT, user=USER)


def test_a_read_code_shows_nothing_of_itself() -> None:
    shown = repr(METHOD.read(submitted(TERMS, "123456"), tenant=TENANT, user=USER))
    assert "123456" not in shown
    assert NUMBER not in shown
