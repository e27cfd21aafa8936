"""A result is believed for nothing but what was checked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.demo.northbridge.results import Expected, ResultRefusedError, SeenResults, state_hash, verify

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = ECKey.generate_key("P-256", {"kid": "product", "use": "sig", "alg": "ES256"})
KEYS = {"keys": [KEY.as_dict(private=False)]}
EXPECTED = Expected("http://localhost:8000", "northbridge", "northbridge", "sam", "interrupt-1", "random-state")


def claims(**changes: Any) -> dict[str, Any]:
    return {
        "iss": "http://localhost:8000",
        "aud": "northbridge",
        "sub": "sam",
        "tid": "northbridge",
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + timedelta(minutes=2)).timestamp()),
        "jti": "result-1",
        "interruptId": "interrupt-1",
        "stateHash": state_hash("random-state"),
        "status": "completed",
        "methods": ["phone"],
    } | changes


def signed(key: ECKey = KEY, **changes: Any) -> str:
    return jwt.encode({"alg": "ES256", "kid": "product"}, claims(**changes), key)


def test_a_genuine_result_is_read() -> None:
    result = verify(signed(), KEYS, EXPECTED, NOW)
    assert (result.id, result.status, result.methods) == ("result-1", "completed", ("phone",))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://elsewhere"},
        {"aud": "southgate"},
        {"aud": ["northbridge", "southgate"]},
        {"sub": "alex"},
        {"tid": "southgate"},
        {"interruptId": "interrupt-2"},
        {"stateHash": state_hash("another")},
        {"stateHash": None},
        {"exp": int((NOW - timedelta(minutes=1)).timestamp())},
        {"exp": int((NOW + timedelta(hours=1)).timestamp())},
        {"exp": None},
        {"jti": None},
        {"jti": ""},
        {"status": "pending"},
        {"methods": "phone"},
    ],
)
def test_one_wrong_claim_is_enough_to_refuse(changes: dict[str, Any]) -> None:
    with pytest.raises(ResultRefusedError):
        verify(signed(**changes), KEYS, EXPECTED, NOW)


def test_another_key_is_refused() -> None:
    forger = ECKey.generate_key("P-256", {"kid": "product"})
    with pytest.raises(ResultRefusedError):
        verify(signed(forger), KEYS, EXPECTED, NOW)


@pytest.mark.parametrize("token", ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 10_000, "é"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ResultRefusedError):
        verify(token, KEYS, EXPECTED, NOW)


def test_a_result_is_taken_once_unless_it_could_not_be_confirmed() -> None:
    seen, result = SeenResults(), verify(signed(), KEYS, EXPECTED, NOW)
    seen.claim(result, NOW)
    with pytest.raises(ResultRefusedError):
        seen.claim(result, NOW)
    seen.release(result)
    seen.claim(result, NOW)


def test_a_result_that_is_read_again_later_is_the_same_one() -> None:
    seen, later = SeenResults(), NOW + timedelta(minutes=60)
    seen.claim(verify(signed(), KEYS, EXPECTED, NOW), NOW)
    again = signed(exp=int((later + timedelta(minutes=2)).timestamp()))
    with pytest.raises(ResultRefusedError):
        seen.claim(verify(again, KEYS, EXPECTED, later), later)
