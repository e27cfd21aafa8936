"""Whatever a device sends: it is read, or refused as said, and nothing else is raised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json

from services.kit.crypto.device import (
    ANSWER,
    REQUEST,
    DeviceTokenError,
    public_key,
    token_key_id,
)
from services.kit.crypto.sealing import encode
from tests.unit.kit.crypto.device.test_device import JWK, KEY, READERS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CLAIMS = st.dictionaries(
    st.sampled_from(
        [
            "code",
            "secret",
            "deviceName",
            "pushSubscription",
            "aud",
            "iat",
            "jti",
            "sub",
            "htm",
            "htu",
            "number",
            "nonce",
        ]
    ),
    JSON,
)
HEADERS = st.dictionaries(st.sampled_from(["alg", "typ", "kid", "jwk", "crit", "b64", "x5c"]), JSON)


def nothing_else_is_raised(token: str) -> None:
    token_key_id(token)
    for reader in READERS:
        with pytest.raises(DeviceTokenError):
            reader(token)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    nothing_else_is_raised(text)


@given(st.binary(max_size=300), st.binary(max_size=300), st.binary(min_size=64, max_size=64))
def test_no_three_segments_raise_anything_else(header: bytes, payload: bytes, signature: bytes) -> None:
    nothing_else_is_raised(".".join(map(encode, (header, payload, signature))))


@given(JSON | HEADERS, JSON)
def test_no_json_raises_anything_else(header: object, payload: object) -> None:
    nothing_else_is_raised(".".join(map(encode, (to_json(header), to_json(payload), bytes(64)))))


@given(JSON | CLAIMS, st.sampled_from(["activate+jwt", REQUEST, ANSWER]))
def test_no_signed_claims_raise_anything_else(claims: object, typ: str) -> None:
    header = {"typ": typ, "jwk": JWK} if typ == "activate+jwt" else {"typ": typ, "kid": "device-1"}
    nothing_else_is_raised(KEY.sign(header, claims if isinstance(claims, dict) else {"aud": claims}))


@pytest.mark.parametrize("depth", [10, 100, 700, 3000])
def test_nested_json_raises_nothing_else(depth: int) -> None:
    nested = encode(b'{"jwk":' + b"[" * depth + b"]" * depth + b"}")
    nothing_else_is_raised(f"{nested}.{nested}.{encode(bytes(64))}")


@given(JSON)
def test_no_value_for_a_key_raises_anything_else(jwk: object) -> None:
    with pytest.raises(DeviceTokenError):
        public_key(jwk)
