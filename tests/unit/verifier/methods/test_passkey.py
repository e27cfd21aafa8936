"""Only a passkey's own signature, for this challenge and from our pages, proves anything."""

import json
from dataclasses import replace

import pytest

from schemas.verification import ChallengeTerms
from services.kit.crypto.sealing import decode, encode
from services.verifier.domain.base import Judgement, Right
from services.verifier.domain.credential import Credential, bound
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.passkey import INVALID, LONGEST_ID, PasskeyMethod, PublicKey
from tests.support.builders.challenges import TENANT, USER, submitted
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import SIGNED, asked_for, credential_submitted, passkey, passkey_part
from tests.support.builders.passkeys import SoftwarePasskey
from tests.support.clock import NOON

NEW = asked_for("passkey", "registration", purpose="registration", passkey=passkey_part())
TERMS = asked_for("passkey", passkey=passkey_part())
METHOD = PasskeyMethod(keyring("verifier"))


async def found(credential: str, kept: Credential | None = None, of: ChallengeTerms = NEW) -> Judgement:
    proof = METHOD.read(credential_submitted(of, credential), tenant=TENANT, user=USER)
    assert not proof.guesses
    return await proof.examine(kept)


async def registered(key: SoftwarePasskey) -> Credential:
    judgement = await found(key.create(SIGNED))
    assert isinstance(judgement, Right)
    assert isinstance(judgement.binds, PublicKey)
    return bound(judgement.binds, tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)


async def test_a_new_passkey_is_kept_by_its_public_half() -> None:
    key = passkey()
    kept = (await registered(key)).kept(PublicKey)
    assert kept
    assert (kept.credential_id, kept.transports) == (key.id, ("internal", "hybrid"))


async def test_a_new_passkey_under_another_id_than_the_attested_one_is_invalid() -> None:
    """What enrollment keeps is the id beside the attestation: whoever it leads to must be the passkey that signed."""
    made, other = json.loads(passkey().create(SIGNED)), passkey().id
    assert await found(json.dumps(made | {"id": other, "rawId": other})) == INVALID


@pytest.mark.parametrize(("length", "is_kept"), [(LONGEST_ID, True), (LONGEST_ID + 1, False)])
async def test_an_id_is_at_most_as_long_as_the_standard_has_it(length: int, is_kept: bool) -> None:
    key = replace(passkey(), credential_id=b"i" * length)
    assert isinstance(await found(key.create(SIGNED)), Right) == is_kept


async def test_an_assertion_is_right_for_its_count() -> None:
    key = passkey()
    kept = await registered(key)
    assert await found(key.get(SIGNED), kept, TERMS) == Right(position=2, otherwise=INVALID)


async def test_a_passkey_that_does_not_count_is_right_for_zero() -> None:
    key = replace(passkey(), counts=False)
    kept = await registered(key)
    assert await found(key.get(SIGNED), kept, TERMS) == Right(position=0, otherwise=INVALID)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "http://localhost:8001"},
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"verifies": False},
        {"framed": True},
    ],
)
async def test_another_place_or_nobody_verified_is_invalid(changes: dict[str, str | bool]) -> None:
    key = passkey()
    kept = await registered(key)
    for name, value in changes.items():
        setattr(key, name, value)
    assert await found(key.create(SIGNED)) == INVALID
    assert await found(key.get(SIGNED), kept, TERMS) == INVALID


async def test_the_answer_to_another_challenge_is_invalid() -> None:
    key = passkey()
    kept = await registered(key)
    assert await found(key.create("D" * 43)) == INVALID
    assert await found(key.get("D" * 43), kept, TERMS) == INVALID


async def test_another_passkey_is_invalid_even_under_the_same_id() -> None:
    key = passkey()
    kept = await registered(key)
    assert await found(passkey().get(SIGNED), kept, TERMS) == INVALID
    assert await found(replace(passkey(), credential_id=key.credential_id).get(SIGNED), kept, TERMS) == INVALID
    assert await found(replace(key, credential_id=b"another").get(SIGNED), kept, TERMS) == INVALID


async def test_a_creation_is_no_assertion_and_the_reverse() -> None:
    key = passkey()
    kept = await registered(key)
    assert await found(key.create(SIGNED), kept, TERMS) == INVALID
    assert await found(key.get(SIGNED)) == INVALID


async def test_without_a_credential_every_assertion_is_invalid() -> None:
    assert await found(passkey().get(SIGNED), None, TERMS) == INVALID


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "{", '{"id": 1}', "\u00e9" * 100])
async def test_what_is_no_credential_is_invalid(text: str) -> None:
    assert await found(text) == INVALID
    assert await found(text, await registered(passkey()), TERMS) == INVALID


@pytest.mark.parametrize("position", range(0, 200, 7))
async def test_whatever_byte_is_changed_nothing_breaks(position: int) -> None:
    """The library tells of malformed parts with many kinds of errors."""
    key = passkey()
    kept = await registered(key)
    for made, field, of in ((key.create(SIGNED), "attestationObject", NEW), (key.get(SIGNED), "signature", TERMS)):
        credential = json.loads(made)
        content = bytearray(decode(credential["response"][field]))
        content[position % len(content)] ^= 0xFF
        credential["response"][field] = encode(bytes(content))
        assert isinstance(await found(json.dumps(credential), kept, of), Right | type(INVALID))


def test_failures_count_for_the_method() -> None:
    assert METHOD.identity(NEW) == METHOD.identity(TERMS) == "method-1"


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(asked_for("recoveryCode"))
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "{}"), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        METHOD.read(credential_submitted(TERMS, "{}"), tenant=TENANT, user="kim")
