"""A pass is good within its time, once or many times."""

from datetime import timedelta

import pytest

from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential, bound
from services.verifier.methods.access_pass import AccessPassMethod, PassHash
from services.verifier.methods.base import ProofUnreadableError
from tests.support.builders.challenges import TENANT, USER, submitted
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import THE_PASS, answers_submitted, asked_for, pass_part
from tests.support.clock import NOON
from tests.support.in_memory.judging import quick_hash

TERMS = asked_for("temporaryAccessPass")
METHOD = AccessPassMethod(keyring("verifier"), quick_hash())
ONCE = Right(uses="pass", otherwise=Wrong("codeUsed"))
OUT_OF_TIME = Wrong("codeExpired", ends="failed")


async def registered(*, once: bool = True) -> Credential:
    of = asked_for("temporaryAccessPass", "r", purpose="registration", access_pass=pass_part(once=once))
    proof = METHOD.read(submitted(of, THE_PASS), tenant=TENANT, user=USER)
    assert not proof.guesses
    judgement = await proof.examine(None)
    assert isinstance(judgement, Right)
    assert isinstance(judgement.binds, PassHash)
    return bound(judgement.binds, tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)


async def found(typed: str, kept: Credential | None, *, after: timedelta = timedelta()) -> Judgement:
    proof = METHOD.read(submitted(TERMS, typed, at=NOON + after), tenant=TENANT, user=USER)
    assert proof.guesses
    return await proof.examine(kept)


async def test_a_registration_keeps_a_hash_and_no_pass() -> None:
    assert THE_PASS not in (await registered()).model_dump_json()


async def test_a_pass_for_once_is_used_up() -> None:
    assert await found(f" {THE_PASS}\n", await registered()) == ONCE


async def test_a_pass_for_many_times_is_not() -> None:
    assert await found(THE_PASS, await registered(once=False)) == Right()


@pytest.mark.parametrize(("seconds", "judgement"), [(-1, OUT_OF_TIME), (0, ONCE), (3599, ONCE), (3600, OUT_OF_TIME)])
async def test_a_pass_is_good_within_its_time(seconds: int, judgement: Judgement) -> None:
    assert await found(THE_PASS, await registered(), after=timedelta(seconds=seconds)) == judgement


@pytest.mark.parametrize("typed", ["", THE_PASS.lower(), THE_PASS[:-1], THE_PASS + "0"])
async def test_any_other_text_is_wrong_whatever_the_time(typed: str) -> None:
    assert await found(typed, await registered()) == Wrong()
    assert await found(typed, await registered(), after=timedelta(days=1)) == Wrong()


async def test_without_a_credential_every_pass_is_wrong() -> None:
    assert await found(THE_PASS, None) == Wrong()


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    bare = asked_for("temporaryAccessPass", purpose="registration")
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(bare, THE_PASS), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(answers_submitted(TERMS, {}), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, THE_PASS), tenant=TENANT, user="kim")


def test_a_read_pass_does_not_show() -> None:
    assert THE_PASS not in repr(METHOD.read(submitted(TERMS, THE_PASS), tenant=TENANT, user=USER))
