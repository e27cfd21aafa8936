"""What an app signs may be as long as this, and no longer."""

import pytest

from services.kit.crypto.device import (
    MAX_LENGTH,
    DevicePrivateKey,
    DeviceTokenError,
    read_activation,
    sign_activation,
    sign_request,
    token_key_id,
)
from tests.support.clock import NOON

KEY = DevicePrivateKey.generate()
AUD = "https://id.example"
TOKEN = sign_request(KEY, device_id="device-1", aud=AUD, htm="GET", htu=AUD, at=NOON)
HEADER, PAYLOAD, SIGNATURE = TOKEN.split(".")


@pytest.mark.parametrize("length", [14, 64])
def test_a_secret_of_the_least_or_greatest_length_is_read(length: int) -> None:
    token = sign_activation(
        KEY, code="123456789", device_name="Sam's phone", aud=AUD, at=NOON, secret=bytes(range(length))
    )
    read = read_activation(token).secret
    assert read is not None
    assert read.get_secret_value() == bytes(range(length))


def test_a_secret_that_is_no_text_is_refused() -> None:
    claims = {"code": "123456789", "secret": 1, "deviceName": "Phone", "aud": AUD, "iat": 0, "jti": "a" * 8}
    public = KEY.public
    header = {"typ": "activate+jwt", "jwk": {"kty": "EC", "crv": "P-256", "x": public.x, "y": public.y}}
    with pytest.raises(DeviceTokenError):
        read_activation(KEY.sign(header, claims))
    claims.pop("secret")
    assert int(read_activation(KEY.sign(header, claims)).iat.timestamp()) == 0


def test_the_device_of_a_token_is_read_up_to_the_greatest_length() -> None:
    padded = "A" * (MAX_LENGTH - len(HEADER) - len(SIGNATURE) - 2)
    assert token_key_id(f"{HEADER}.{padded}.{SIGNATURE}") == "device-1"
    assert token_key_id(f"{HEADER}.{padded}A.{SIGNATURE}") is None


def test_a_signature_of_another_length_is_none() -> None:
    assert token_key_id(TOKEN) == "device-1"
    assert token_key_id(TOKEN[:-1]) is None
