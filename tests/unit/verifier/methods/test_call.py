"""Only who made the call can say which keys were pressed, and only for that call."""

import pytest

from services.kit.crypto.codes import CallDecision, call_proof
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.call import CallMethod, PressedKeys
from tests.support.builders.challenges import TENANT, USER, submitted
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import asked_for, call_answered

TERMS = asked_for("call")
METHOD = CallMethod(keyring("verifier"))


def read(decision: CallDecision, proof: str | None = None) -> PressedKeys:
    return METHOD.read(call_answered(TERMS, decision, proof=proof), tenant=TENANT, user=USER)


async def found(decision: CallDecision, proof: str | None = None) -> Judgement:
    return await read(decision, proof).examine(None)


async def test_the_key_that_confirms_is_right() -> None:
    assert await found("confirm") == Right()


async def test_the_keys_that_report_end_the_challenge() -> None:
    assert await found("report") == Wrong("callReported", ends="denied")


def test_a_report_is_heard_while_the_number_is_paused() -> None:
    assert read("confirm").guesses
    assert not read("report").guesses


@pytest.mark.parametrize("decision", ["confirm", "report"])
async def test_what_is_not_derived_for_this_call_is_wrong(decision: CallDecision) -> None:
    other = asked_for("call", "challenge-2")
    for proof in ("A" * 43, call_proof(keyring("notifier"), other, tenant=TENANT, decision=decision)):
        assert await found(decision, proof) == Wrong()


async def test_the_proof_of_one_decision_is_none_of_the_other() -> None:
    confirming = call_proof(keyring("notifier"), TERMS, tenant=TENANT, decision="confirm")
    assert await found("report", confirming) == Wrong()


def test_failures_count_for_the_number() -> None:
    assert TERMS.code
    assert METHOD.identity(TERMS) == METHOD.identity(asked_for("call", "challenge-2")) == TERMS.code.destination_hash


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    bare = TERMS.model_copy(update={"code": None})
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(bare)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(call_answered(TERMS).model_copy(update={"terms": bare}), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "#"), tenant=TENANT, user=USER)
