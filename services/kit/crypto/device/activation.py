"""A new device proves its new key and the activation code of the QR code."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, SecretBytes, SecretStr, StringConstraints

from schemas.verification import DeviceKey
from services.kit.crypto.device.claims import Claims, NumericDate, TokenId, Url, read_claims
from services.kit.crypto.device.error import DeviceTokenError
from services.kit.crypto.device.key import DevicePrivateKey, public_key
from services.kit.crypto.device.push_subscription import PushSubscription
from services.kit.crypto.device.token import header_of, verified_payload
from services.kit.crypto.sealing import decode, encode
from services.kit.ids import new_id

ACTIVATION: Final = "activate+jwt"
MIN_SECRET_BYTES: Final = 14
MAX_SECRET_BYTES: Final = 64
"""Of a secret for one-time codes: at least 112 bits (NIST SP 800-63B-4, 3.1.4.1)."""


def _secret(value: object) -> object:
    if not isinstance(value, str) or len(value) > 2 * MAX_SECRET_BYTES:
        raise ValueError("not base64url")
    content = decode(value)
    if encode(content) != value or not MIN_SECRET_BYTES <= len(content) <= MAX_SECRET_BYTES:
        raise ValueError("not base64url of 14 to 64 bytes")
    return content


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError("holds characters that cannot be shown")
    return value


DeviceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_printable)
]


class Activation(Claims):
    """A new device proves its new `key` and the activation code.

    `secret` are the bytes that its one-time codes are made from.
    """

    code: SecretStr = Field(min_length=1, max_length=32)
    secret: Annotated[SecretBytes, BeforeValidator(_secret)] | None = None
    device_name: DeviceName
    push_subscription: PushSubscription | None = None
    aud: Url
    iat: NumericDate
    jti: TokenId
    key: DeviceKey


def sign_activation(
    key: DevicePrivateKey,
    *,
    code: str,
    device_name: str,
    aud: str,
    at: datetime,
    secret: bytes | None = None,
    push_subscription: PushSubscription | None = None,
) -> str:
    """What a new device sends to the address in the QR code."""
    public = key.public
    header = {"typ": ACTIVATION, "jwk": {"kty": "EC", "crv": "P-256", "x": public.x, "y": public.y}}
    claims = {
        "code": code,
        "secret": encode(secret) if secret is not None else None,
        "deviceName": device_name,
        "pushSubscription": push_subscription.model_dump(by_alias=True) if push_subscription else None,
        "aud": aud,
        "iat": int(at.timestamp()),
        "jti": new_id(),
    }
    return key.sign(header, claims)


def read_activation(token: str) -> Activation:
    """An activation, verified with the key that it brings along: whoever sent it holds that key. Raises
    DeviceTokenError: whatever is wrong."""
    header = header_of(token)
    if header.jwk is None:
        raise DeviceTokenError
    key = public_key(header.jwk.model_dump())
    return read_claims(Activation, verified_payload(token, key, ACTIVATION), key=key)
