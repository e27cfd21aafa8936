"""A sealed value opens where it was meant to be, and nowhere else."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.kit.crypto.keyring import Keyring, Purpose
from services.kit.crypto.sealing import (
    Binding,
    HashName,
    SealBrokenError,
    Sealer,
    decode,
    decrypt_block_encrypted,
    derive,
    encode,
    equal,
    has_mac,
    hash_matches,
    keyed_hash,
    keyed_hashes,
    signing_key_pem,
    token_hash,
)
from tests.support.builders.keys import made_key

KEYS = Keyring(
    {
        "submission": (made_key("submission"), made_key("submission-old")),
        "destination": (made_key("submission"),),
        "index": (made_key("index"), made_key("index-old")),
    }
)
SEALER = Sealer(KEYS)
PLACE = Binding("northbridge", "sam", "method-1", "challenge-1")
PARTS = st.text(max_size=12)
PLACES = st.builds(Binding, PARTS, PARTS, PARTS, PARTS)


@given(st.binary(max_size=64), PLACES)
def test_a_value_opens_in_its_place(value: bytes, place: Binding) -> None:
    assert SEALER.open("submission", SEALER.seal("submission", value, place), place) == value


@given(PLACES, PLACES)
def test_a_value_cannot_be_moved_to_another_place(place: Binding, other: Binding) -> None:
    assume(place != other)
    sealed = SEALER.seal("submission", b"123456", place)
    with pytest.raises(SealBrokenError):
        SEALER.open("submission", sealed, other)


@pytest.mark.parametrize("part", ["tenant", "user", "method", "challenge"])
def test_each_part_of_a_place_counts(part: str) -> None:
    sealed = SEALER.seal("submission", b"123456", PLACE)
    with pytest.raises(SealBrokenError):
        SEALER.open("submission", sealed, replace(PLACE, **{part: "other"}))


@given(st.text(max_size=8), st.text(max_size=8), st.text(min_size=1, max_size=8))
def test_parts_of_a_place_cannot_flow_into_each_other(left: str, right: str, moved: str) -> None:
    """Joined without lengths, `ab` + `c` and `a` + `bc` would be one place."""
    sealed = SEALER.seal("submission", b"123456", replace(PLACE, tenant=left + moved, user=right))
    with pytest.raises(SealBrokenError):
        SEALER.open("submission", sealed, replace(PLACE, tenant=left, user=moved + right))


@given(st.data())
def test_a_changed_value_does_not_open(data: st.DataObject) -> None:
    key_id, _, text = SEALER.seal("submission", b"123456", PLACE).partition(".")
    content = bytearray(decode(text))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBrokenError):
        SEALER.open("submission", f"{key_id}.{encode(bytes(content))}", PLACE)


@given(st.text(max_size=80))
def test_no_text_breaks_the_opening_otherwise(text: str) -> None:
    with pytest.raises(SealBrokenError):
        SEALER.open("submission", text, PLACE)


@given(st.binary(max_size=40))
def test_no_content_under_a_known_key_breaks_the_opening_otherwise(content: bytes) -> None:
    with pytest.raises(SealBrokenError):
        SEALER.open("submission", f"submission-key.{encode(content)}", PLACE)


def test_a_value_of_one_purpose_is_none_of_another_even_under_the_same_key() -> None:
    with pytest.raises(SealBrokenError):
        SEALER.open("destination", SEALER.seal("submission", b"x", PLACE), PLACE)


def test_a_value_under_an_older_key_opens_and_under_an_unknown_one_does_not() -> None:
    old = Sealer(Keyring({"submission": (made_key("submission-old"),)}))
    assert SEALER.open("submission", old.seal("submission", b"x", PLACE), PLACE) == b"x"
    with pytest.raises(SealBrokenError):
        old.open("submission", SEALER.seal("submission", b"x", PLACE), PLACE)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert len({SEALER.seal("submission", b"123456", PLACE) for _ in range(50)}) == 50


def test_a_keyed_hash_depends_on_value_tenant_and_key() -> None:
    old = Keyring({"index": (made_key("index-old"),)})
    hashes = {
        keyed_hash(KEYS, "+447700900142", tenant="northbridge"),
        keyed_hash(KEYS, "+447700900143", tenant="northbridge"),
        keyed_hash(KEYS, "+447700900142", tenant="southgate"),
        keyed_hash(old, "+447700900142", tenant="northbridge"),
    }
    assert len(hashes) == 4
    assert all(len(one) == 43 for one in hashes)


def test_a_hash_matches_under_any_key_that_is_held() -> None:
    for expected in keyed_hashes(KEYS, "n", tenant="t"):
        assert hash_matches(KEYS, "n", tenant="t", expected=expected)
        assert not hash_matches(KEYS, "m", tenant="t", expected=expected)


@pytest.mark.parametrize(("salt", "info"), [(b"s", ("a", "b")), (b"", ("a", "b")), (b"", ("ab",)), (b"", ("ab", ""))])
def test_derived_keys_depend_on_salt_and_on_where_parts_end(salt: bytes, info: tuple[str, ...]) -> None:
    key = made_key("code")
    derived = derive(key, salt=salt, info=info)
    assert derived == derive(key, salt=salt, info=info)
    assert derived not in {derive(key, salt=salt, info=("a", "b", "")), derive(key, salt=b"other", info=info)}


def test_equal_takes_any_text() -> None:
    assert equal("١٢٣", "١٢٣")
    assert not equal("123", "١٢٣")


def test_a_signing_key_is_derived_and_stable() -> None:
    first, again, other = (signing_key_pem(made_key(name)) for name in ("a", "a", "b"))
    assert first == again != other
    assert first.startswith(b"-----BEGIN PRIVATE KEY-----")


def test_a_token_hash_is_a_known_sha_256() -> None:
    assert token_hash("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


@given(st.binary(max_size=64))
def test_encoding_comes_back_and_needs_no_padding(content: bytes) -> None:
    assert decode(encode(content)) == content
    assert "=" not in encode(content)


@pytest.mark.parametrize("purpose", ["submission", "index"])
def test_a_key_shows_nothing_of_its_secret(purpose: Purpose) -> None:
    assert "secret" not in repr(KEYS.current(purpose))


WRAPPED = decode("AAECAwQFBgcICQoLDA0OD-cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv")


def test_what_others_encrypted_in_blocks_is_read_under_its_key_alone() -> None:
    """RFC 6030, section 6.1."""
    key = bytes.fromhex("12345678901234567890123456789012")
    assert decrypt_block_encrypted(key, WRAPPED) == b"12345678901234567890"
    for changed in (b"", WRAPPED[:16], WRAPPED[:-1], WRAPPED[:32]):
        with pytest.raises(SealBrokenError):
            decrypt_block_encrypted(key, changed)
    with pytest.raises(SealBrokenError):
        decrypt_block_encrypted(key[:5], WRAPPED)


@pytest.mark.parametrize(
    ("algorithm", "mac"),
    [
        ("SHA1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("SHA256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)
def test_a_mac_is_that_of_the_standards(algorithm: HashName, mac: str) -> None:
    """RFC 2202, section 3, and RFC 4231, section 4.3: test case 2 of both."""
    content = b"what do ya want for nothing?"
    assert has_mac(b"Jefe", content, bytes.fromhex(mac), algorithm)
    assert not has_mac(b"Jefe", content, bytes.fromhex(mac)[:-1], algorithm)
    assert not has_mac(b"Jeff", content, bytes.fromhex(mac), algorithm)
