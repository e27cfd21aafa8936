"""Each saved code once, however it is typed."""

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from schemas.verification import ChallengeTerms
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential, bound, use_up
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.recovery import CodeHashes, RecoveryMethod
from services.verifier.methods.slow_hash import SlowHash
from tests.support.builders.challenges import TENANT, USER, submitted
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import CODES, answers_submitted, asked_for
from tests.support.clock import NOON
from tests.support.in_memory.judging import quick_hash

NEW = asked_for("recoveryCode", "registration", purpose="registration")
TERMS = asked_for("recoveryCode")
METHOD = RecoveryMethod(keyring("verifier"), quick_hash())
USED = Wrong("codeUsed")


async def registered() -> Credential:
    proof = METHOD.read(submitted(NEW, "\n".join(CODES)), tenant=TENANT, user=USER)
    assert not proof.guesses
    judgement = await proof.examine(None)
    assert isinstance(judgement, Right)
    assert isinstance(judgement.binds, CodeHashes)
    assert judgement.codes_left == 10
    return bound(judgement.binds, tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)


async def found(typed: str, kept: Credential | None, of: ChallengeTerms = TERMS) -> Judgement:
    proof = METHOD.read(submitted(of, typed), tenant=TENANT, user=USER)
    assert proof.guesses
    return await proof.examine(kept)


async def test_a_registration_keeps_hashes_with_one_salt_and_no_code() -> None:
    kept = await registered()
    hashes = kept.kept(CodeHashes)
    assert hashes
    assert len(set(hashes.hashes)) == 10
    assert len({one.rpartition("$")[0] for one in hashes.hashes}) == 1
    assert "ABC" not in kept.model_dump_json()


@pytest.mark.parametrize("typed", [CODES[3], CODES[3].lower(), CODES[3].replace("-", " "), f" {CODES[3]}\n"])
async def test_a_code_is_right_and_uses_up_its_place(typed: str) -> None:
    assert await found(typed, await registered()) == Right(uses="3", codes_left=9, otherwise=USED)


async def test_codes_that_were_hashed_dearly_are_still_right() -> None:
    dear = SlowHash(PasswordHasher(time_cost=3, memory_cost=64, parallelism=4))
    first, second = (SecretStr(code.replace("-", "")) for code in CODES[:2])
    model = await dear.of(first)
    hashes = CodeHashes(hashes=(model, await dear.like(model, second)))
    kept = bound(hashes, tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)
    assert await found(CODES[1], kept) == Right(uses="1", codes_left=1, otherwise=USED)


async def test_how_many_are_left_falls_with_each_code() -> None:
    one = use_up(await registered(), "0", "trial", at=NOON).state
    assert await found(CODES[3], one) == Right(uses="3", codes_left=8, otherwise=USED)
    assert await found(CODES[0], one) == Right(uses="0", codes_left=9, otherwise=USED)


@pytest.mark.parametrize("typed", ["", "0", CODES[0][:-1], CODES[0] + "0", "\n".join(CODES), "Ü" * 16])
async def test_any_other_text_is_wrong(typed: str) -> None:
    assert await found(typed, await registered()) == Wrong()


async def test_without_a_credential_every_code_is_wrong() -> None:
    assert await found(CODES[0], None) == Wrong()


def test_the_digest_tells_equal_codes_and_nothing_else() -> None:
    digests = [
        METHOD.read(submitted(TERMS, typed), tenant=TENANT, user=USER).digest
        for typed in (CODES[0], CODES[0].lower(), CODES[1])
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_a_registration_without_codes_is_unreadable(text: str) -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(NEW, text), tenant=TENANT, user=USER)


def test_submissions_of_another_kind_or_person_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(answers_submitted(TERMS, {}), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, CODES[0]), tenant=TENANT, user="kim")


def test_read_codes_do_not_show() -> None:
    assert "ABC" not in repr(METHOD.read(submitted(NEW, "\n".join(CODES)), tenant=TENANT, user=USER))
