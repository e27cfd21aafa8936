"""What an app signs is read as it was meant; everything else is refused, and never in another way."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic_core import to_json

from schemas.verification import DeviceKey
from services.kit.crypto.device import (
    ANSWER,
    MAX_ANSWER_LENGTH,
    MAX_LENGTH,
    REQUEST,
    Decision,
    DevicePrivateKey,
    DeviceTokenError,
    PushSubscription,
    public_key,
    read_activation,
    read_answer,
    read_request,
    sign_activation,
    sign_answer,
    sign_request,
    token_key_id,
)
from services.kit.crypto.sealing import decode, encode
from tests.support.clock import NOON

KEY = DevicePrivateKey.generate()
OTHER = DevicePrivateKey.generate()
AUD = "https://id.example"
URL = f"{AUD}/device/v1/requests"
SECRET = bytes(range(20))
SUBSCRIPTION = PushSubscription.model_validate(
    {
        "endpoint": "https://push.example/send/1",
        "expirationTime": None,
        "keys": {"p256dh": encode(b"\4" + bytes(64)), "auth": encode(bytes(16))},
    }
)
JWK = {"kty": "EC", "crv": "P-256", "x": KEY.public.x, "y": KEY.public.y}


def activation(**changes: Any) -> str:
    given: dict[str, Any] = {"code": "123456789", "device_name": "Sam's phone", "aud": AUD, "at": NOON, **changes}
    return sign_activation(KEY, **given)


def request() -> str:
    return sign_request(KEY, device_id="device-1", aud=AUD, htm="GET", htu=URL, at=NOON)


def answer(decision: Decision = "approve", number: str | None = "42") -> str:
    return sign_answer(
        KEY, device_id="device-1", challenge_id="challenge-1", nonce="n" * 22, decision=decision, number=number, at=NOON
    )


READERS: tuple[Callable[[str], object], ...] = (
    read_activation,
    lambda token: read_request(token, KEY.public),
    lambda token: read_answer(token, KEY.public),
)


def test_an_activation_is_read_with_the_key_that_it_brings() -> None:
    read = read_activation(activation(secret=SECRET, push_subscription=SUBSCRIPTION))
    assert read.code.get_secret_value() == "123456789"
    assert read.secret is not None
    assert read.secret.get_secret_value() == SECRET
    assert read.device_name == "Sam's phone"
    assert read.push_subscription == SUBSCRIPTION
    assert (read.aud, read.iat, read.key) == (AUD, NOON, KEY.public)


def test_secret_and_subscription_may_be_missing() -> None:
    read = read_activation(activation())
    assert read.secret is None
    assert read.push_subscription is None


def test_a_request_is_read_with_the_key_on_file() -> None:
    read = read_request(request(), KEY.public)
    assert (read.sub, read.aud, read.htm, read.htu, read.iat) == ("device-1", AUD, "GET", URL, NOON)
    assert token_key_id(request()) == "device-1"


@pytest.mark.parametrize(("decision", "number"), [("approve", "07"), ("deny", None), ("report", None)])
def test_an_answer_is_read_with_the_key_on_file(decision: Decision, number: str | None) -> None:
    read = read_answer(answer(decision, number), KEY.public)
    assert (read.challenge_id, read.nonce, read.decision) == ("challenge-1", "n" * 22, decision)
    assert (read.number.get_secret_value() if read.number else None) == number
    assert (read.iat, read.exp) == (NOON, NOON + timedelta(seconds=60))


def test_no_two_tokens_have_one_id() -> None:
    assert read_answer(answer(), KEY.public).jti != read_answer(answer(), KEY.public).jti


def test_a_foreign_key_is_refused() -> None:
    for read in (lambda: read_request(request(), OTHER.public), lambda: read_answer(answer(), OTHER.public)):
        with pytest.raises(DeviceTokenError):
            read()


def test_a_token_of_one_type_is_none_of_another() -> None:
    for position, token in enumerate((activation(), request(), answer())):
        for reader in READERS[:position] + READERS[position + 1 :]:
            with pytest.raises(DeviceTokenError):
                reader(token)


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_a_changed_token_is_refused(segment: int) -> None:
    parts = answer().split(".")
    middle = len(parts[segment]) // 2
    other = "A" if parts[segment][middle] != "A" else "B"
    parts[segment] = parts[segment][:middle] + other + parts[segment][middle + 1 :]
    with pytest.raises(DeviceTokenError):
        read_answer(".".join(parts), KEY.public)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"typ": "JWT"},
        {"typ": None},
        {"crit": ["b64"], "b64": False},
        {"jku": "https://evil.example"},
        {"kid": "../x"},
        {"kid": 5},
    ],
)
def test_any_other_header_is_refused(header: dict[str, object]) -> None:
    _, payload, signature = request().split(".")
    changed = encode(to_json({"alg": "ES256", "typ": REQUEST, "kid": "device-1", **header}))
    token = f"{changed}.{payload}.{signature}"
    with pytest.raises(DeviceTokenError):
        read_request(token, KEY.public)


def test_a_request_of_another_device_than_its_key_id_names_is_refused() -> None:
    claims = {"sub": "device-2", "aud": AUD, "htm": "GET", "htu": URL, "iat": 0, "jti": "j" * 22}
    with pytest.raises(DeviceTokenError):
        read_request(KEY.sign({"typ": REQUEST, "kid": "device-1"}, claims), KEY.public)


@pytest.mark.parametrize(
    "change",
    [
        {"iat": "1"},
        {"iat": True},
        {"iat": 1.5},
        {"iat": -1},
        {"iat": 10**30},
        {"jti": "short"},
        {"decision": "maybe"},
        {"number": 42},
        {"number": "1" * 17},
        {"nonce": ""},
        {"challengeId": "a/b"},
        {"exp": None},
    ],
)
def test_any_other_claim_is_refused(change: dict[str, object]) -> None:
    claims = {"challengeId": "c", "nonce": "n", "decision": "deny", "iat": 0, "exp": 1, "jti": "j" * 22, **change}
    with pytest.raises(DeviceTokenError):
        read_answer(KEY.sign({"typ": ANSWER, "kid": "device-1"}, claims), KEY.public)


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\u202eb", "\x00"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(DeviceTokenError):
        read_activation(activation(device_name=name))


@pytest.mark.parametrize("length", [0, 13, 65])
def test_a_secret_that_is_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(DeviceTokenError):
        read_activation(activation(secret=bytes(length)))


def test_a_long_token_is_refused() -> None:
    assert len(activation(device_name="x" * MAX_LENGTH)) > MAX_LENGTH
    with pytest.raises(DeviceTokenError):
        read_activation(activation(code="1" * MAX_LENGTH))


@pytest.mark.parametrize(("padding", "is_read"), [(2400, True), (MAX_ANSWER_LENGTH, False)])
def test_an_answer_that_would_not_fit_into_an_event_is_refused(padding: int, is_read: bool) -> None:
    claims = {
        "challengeId": "challenge-1",
        "nonce": "n" * 22,
        "decision": "deny",
        "iat": 1,
        "exp": 2,
        "jti": "12345678",
        "more": "x" * padding,
    }
    token = KEY.sign({"typ": ANSWER, "kid": "device-1"}, claims)
    if is_read:
        assert read_answer(token, KEY.public).decision == "deny"
    else:
        with pytest.raises(DeviceTokenError):
            read_answer(token, KEY.public)


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        [],
        {},
        {**JWK, "crv": "P-384"},
        {**JWK, "kty": "OKP"},
        {**JWK, "x": JWK["y"]},
        {**JWK, "x": "A" * 43, "y": "A" * 43},
        {**JWK, "d": "A" * 43},
        {**JWK, "x": 5},
    ],
)
def test_only_a_public_point_on_the_curve_is_a_key(jwk: object) -> None:
    with pytest.raises(DeviceTokenError):
        public_key(jwk)


def test_a_key_is_known_again_however_its_last_character_is_written() -> None:
    spellings = [x for last in "AEIMQUYcgkosw048BFJNRVZdhlptx159" if (x := JWK["x"][:-1] + last)]
    same = [x for x in spellings if decode(x) == decode(JWK["x"])]
    assert {public_key({**JWK, "x": x}) for x in same} == {KEY.public}


def test_a_private_key_survives_a_file_and_shows_nothing_of_itself() -> None:
    again = DevicePrivateKey.from_json(KEY.to_json())
    assert again.public == KEY.public
    assert '"d"' in KEY.to_json()
    assert '"d"' not in repr(KEY)


@pytest.mark.parametrize("text", ["", "{}", "[]", to_json(JWK).decode(), '{"kty":"oct","k":"AAAA"}'])
def test_anything_else_is_no_private_key(text: str) -> None:
    with pytest.raises(DeviceTokenError):
        DevicePrivateKey.from_json(text)


def test_a_subscription_survives_its_sealing() -> None:
    assert PushSubscription.from_json(SUBSCRIPTION.to_json()) == SUBSCRIPTION
    with pytest.raises(DeviceTokenError):
        PushSubscription.from_json(b'{"endpoint": "file:///etc/passwd"}')


def test_a_key_on_file_that_is_no_point_refuses_and_breaks_nothing() -> None:
    with pytest.raises(DeviceTokenError):
        read_request(request(), DeviceKey(x="A" * 43, y="A" * 43))
