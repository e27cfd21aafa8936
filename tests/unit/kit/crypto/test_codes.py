"""Notifier and verifier derive the same code, and a different one for anything else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verification import ChallengeTerms, OathAlgorithm
from services.kit.crypto.codes import (
    CallDecision,
    CodeUnderivableError,
    call_proof,
    canonical_recovery_code,
    derive_code,
    hotp_code,
    otpauth_uri,
    totp_code,
    totp_step,
)
from services.kit.crypto.keyring import Keyring
from tests.support.builders.challenges import TENANT, terms
from tests.support.builders.keys import MADE_AT, keyring, made_key

TERMS = terms()


def code(of: ChallengeTerms, *, tenant: str = TENANT, keys: Keyring | None = None) -> str:
    return derive_code(keys or keyring("verifier"), of, tenant=tenant).get_secret_value()


def with_code(**changes: object) -> ChallengeTerms:
    assert TERMS.code is not None
    return TERMS.model_copy(update={"code": TERMS.code.model_copy(update=changes)})


def test_both_services_derive_the_same_code_again_and_again() -> None:
    assert code(TERMS) == code(TERMS, keys=keyring("notifier"))


@given(
    st.integers(6, 10), st.text("ABCDEFGHabcdefgh0123-_", min_size=22, max_size=86).filter(lambda t: len(t) % 4 != 1)
)
def test_a_code_has_as_many_digits_as_asked(digits: int, nonce: str) -> None:
    derived = code(with_code(digits=digits, nonce=nonce))
    assert len(derived) == digits
    assert derived.isascii()
    assert derived.isdecimal()


def test_everything_in_the_binding_changes_the_code() -> None:
    others = [
        code(TERMS, tenant="southgate"),
        code(terms("challenge-2")),
        code(TERMS.model_copy(update={"method_id": "method-2"})),
        code(terms(number="+447700900143")),
        code(with_code(nonce="B" * 22)),
        code(TERMS, keys=Keyring({"code": (made_key("another"),)})),
    ]
    assert len({code(TERMS), *others}) == len(others) + 1


def test_a_challenge_keeps_its_code_when_a_key_is_added_later() -> None:
    before = Keyring({"code": (made_key("code", age=timedelta(days=9)),)})
    after = Keyring({"code": (made_key("newer"), made_key("code", age=timedelta(days=9)))})
    earlier = terms(created_at=MADE_AT - timedelta(days=1))
    assert code(earlier, keys=before) == code(earlier, keys=after)
    later = terms(created_at=MADE_AT)
    assert code(later, keys=before) != code(later, keys=after)


def test_a_code_shows_nothing_of_itself() -> None:
    assert code(TERMS) not in repr(derive_code(keyring("verifier"), TERMS, tenant=TENANT))


def test_terms_without_a_code_part_have_no_code() -> None:
    with pytest.raises(CodeUnderivableError):
        code(TERMS.model_copy(update={"code": None}))


def proof(of: ChallengeTerms, decision: CallDecision = "confirm", *, tenant: str = TENANT) -> str:
    return call_proof(keyring("verifier"), of, tenant=tenant, decision=decision)


def test_both_services_derive_the_same_proof_of_a_call() -> None:
    assert proof(TERMS) == call_proof(keyring("notifier"), TERMS, tenant=TENANT, decision="confirm")
    assert len(proof(TERMS)) == 43


def test_everything_in_the_binding_changes_the_proof_of_a_call() -> None:
    others = [
        proof(TERMS, "report"),
        proof(TERMS, tenant="southgate"),
        proof(terms("challenge-2")),
        proof(TERMS.model_copy(update={"method_id": "method-2"})),
        proof(terms(number="+447700900143")),
        proof(with_code(nonce="B" * 22)),
    ]
    assert len({proof(TERMS), *others}) == len(others) + 1


def test_a_call_without_a_code_part_has_no_proof() -> None:
    with pytest.raises(CodeUnderivableError):
        proof(TERMS.model_copy(update={"code": None}))


@pytest.mark.parametrize(
    "typed",
    ["0123-4567-89AB-CDEF", "0123456789ABCDEF", " o123 4567\t89ab-cdef ", "OI23-4567-89ab-cdef", "0l23456789ABCDEF"],
)
def test_a_recovery_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert canonical_recovery_code(typed) == "0123456789ABCDEF"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_by_time_are_those_of_the_standard(seconds: int, expected: str) -> None:
    """RFC 6238, appendix B, SHA-1."""
    at = datetime.fromtimestamp(seconds, tz=UTC)
    assert totp_code(b"12345678901234567890", at, digits=8) == expected
    assert totp_code(b"12345678901234567890", at) == expected[2:]


@pytest.mark.parametrize(
    ("algorithm", "seed", "expected"),
    [
        ("SHA1", b"12345678901234567890", "94287082 07081804 14050471 89005924 69279037 65353130"),
        ("SHA256", b"12345678901234567890123456789012", "46119246 68084774 67062674 91819424 90698825 77737706"),
        (
            "SHA512",
            b"1234567890123456789012345678901234567890123456789012345678901234",
            "90693936 25091201 99943326 93441116 38618901 47863826",
        ),
    ],
)
def test_codes_by_time_of_each_hash_are_those_of_the_standard(
    algorithm: OathAlgorithm, seed: bytes, expected: str
) -> None:
    """RFC 6238, appendix B."""
    moments = (59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000)
    steps = [totp_step(datetime.fromtimestamp(seconds, tz=UTC)) for seconds in moments]
    assert [hotp_code(seed, step, 8, algorithm) for step in steps] == expected.split()


def test_counted_codes_are_those_of_the_standard() -> None:
    """RFC 4226, appendix D."""
    expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489"
    assert [hotp_code(b"12345678901234567890", counter) for counter in range(10)] == expected.split()


def test_a_step_lasts_thirty_seconds() -> None:
    start = datetime.fromtimestamp(30 * 1000, tz=UTC)
    assert [totp_step(start + timedelta(seconds=s)) for s in (-1, 0, 29.999, 30)] == [999, 1000, 1000, 1001]


def test_what_is_derived_stays_the_same_from_version_to_version() -> None:
    assert code(TERMS) == "221672"
    proofs = [call_proof(keyring("notifier"), TERMS, tenant=TENANT, decision=one) for one in ("confirm", "report")]
    assert proofs == ["XwwSzR-oJiMjO_-As1JRkFPMaf5WmSxVbWtyonwaUZE", "QkFpW1gtWCGtPw_jMDfMFIAyvoLQmFo6FWjmV91kgEQ"]


def test_other_apps_read_the_secret_with_the_issuer_as_prefix_and_parameter() -> None:
    assert otpauth_uri(b"12345678901234567890", "sam@northbridge.example", "North & Bridge") == (
        "otpauth://totp/North%20%26%20Bridge:sam%40northbridge.example"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=North%20%26%20Bridge"
    )
