"""All answers right at once, as they were registered, whatever their case and spaces."""

import json

import pytest

from schemas.verification import ChallengeTerms
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential, bound
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.questions import AnswerHashes, QuestionsMethod
from tests.support.builders.challenges import TENANT, USER, submitted
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import ANSWERS, answers_submitted, asked_for, questions_part
from tests.support.clock import NOON
from tests.support.in_memory.judging import quick_hash

NEW = asked_for("securityQuestions", "registration", purpose="registration", questions=questions_part())
TERMS = asked_for("securityQuestions", questions=questions_part("pet", "street"))
METHOD = QuestionsMethod(keyring("verifier"), quick_hash())


async def registered(answers: dict[str, str] = ANSWERS) -> Credential:
    proof = METHOD.read(answers_submitted(NEW, answers), tenant=TENANT, user=USER)
    assert not proof.guesses
    judgement = await proof.examine(None)
    assert isinstance(judgement, Right)
    assert isinstance(judgement.binds, AnswerHashes)
    return bound(judgement.binds, tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)


async def found(answers: dict[str, str], kept: Credential | None, of: ChallengeTerms = TERMS) -> Judgement:
    proof = METHOD.read(answers_submitted(of, answers), tenant=TENANT, user=USER)
    assert proof.guesses
    return await proof.examine(kept)


async def test_a_registration_keeps_a_salted_hash_of_each_answer_and_no_answer() -> None:
    kept = await registered({"pet": "Rex", "street": "Rex", "teacher": "Ms Öz"})
    hashes = kept.kept(AnswerHashes)
    assert hashes
    assert [one.question_id for one in hashes.answers] == list(ANSWERS)
    assert len({one.answer_hash for one in hashes.answers}) == 3
    assert '"rex' not in kept.model_dump_json().lower()


async def test_the_answers_to_the_asked_questions_are_right() -> None:
    assert await found({"pet": " REX ", "street": "high  street"}, await registered()) == Right()


@pytest.mark.parametrize(
    "answers",
    [
        {"pet": "Rex", "street": "Low Street"},
        {"pet": "Tom", "street": "High Street"},
        {"pet": "High Street", "street": "Rex"},
        {"pet": "Rex"},
        {},
    ],
)
async def test_one_wrong_or_missing_answer_makes_all_of_them_wrong(answers: dict[str, str]) -> None:
    assert await found(answers, await registered()) == Wrong()


async def test_a_question_that_was_never_registered_is_wrong() -> None:
    of = asked_for("securityQuestions", questions=questions_part("pet", "colour"))
    assert await found({"pet": "Rex", "colour": "Rex"}, await registered(), of) == Wrong()


async def test_without_a_credential_every_answer_is_wrong() -> None:
    assert await found(ANSWERS, None) == Wrong()


def test_the_digest_tells_equal_answers_and_nothing_else() -> None:
    def digest(answers: dict[str, str]) -> str:
        return METHOD.read(answers_submitted(TERMS, answers), tenant=TENANT, user=USER).digest

    same = {digest({"pet": "Rex", "street": "A b"}), digest({"street": "a  B ", "pet": "REX"})}
    others = {digest({"pet": "A b", "street": "Rex"}), digest({"pet": "Rex"}), digest({"pet": "Rex", "street": "ab"})}
    assert len(same) == 1
    assert len(same | others) == 4


def test_failures_count_for_the_method() -> None:
    assert METHOD.identity(NEW) == METHOD.identity(TERMS) == "method-1"


def test_answers_to_other_questions_than_those_registered_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(answers_submitted(NEW, {"pet": "Rex"}), tenant=TENANT, user=USER)


@pytest.mark.parametrize("text", ["[]", "{", json.dumps({"pet": 1}), json.dumps({"pet": None})])
def test_what_is_no_object_of_texts_is_unreadable(text: str) -> None:
    sealed = submitted(TERMS, text).code
    event = answers_submitted(TERMS, {}).model_copy(update={"answers": sealed})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(event, tenant=TENANT, user=USER)


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(asked_for("recoveryCode"))
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "rex"), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(answers_submitted(TERMS, ANSWERS), tenant=TENANT, user="kim")


def test_read_answers_do_not_show() -> None:
    shown = repr(METHOD.read(answers_submitted(TERMS, ANSWERS), tenant=TENANT, user=USER))
    assert "rex" not in shown.lower()
