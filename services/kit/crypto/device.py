"""The protocol between an authenticator app and the service: what an app signs, and how it is read.

All of it is compact JWS (RFC 7515) with ES256 over P-256 (RFC 7518, section 3.4). Reading is total: whatever comes in,
it is either what it should be, with a signature that holds, or a `DeviceTokenError`. Whether a moment is near enough,
an audience ours, or an id new, is for the caller to judge.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal, TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import from_json, to_json

from schemas.verification import DeviceKey
from services.kit.crypto.sealing import decode, encode
from services.kit.ids import new_id

MAX_LENGTH: Final = 8192
MAX_HEADER_LENGTH: Final = 1024
"""Characters of a whole token, and of its header."""
MAX_ANSWER_LENGTH: Final = 4096
"""Of an answer, so that it fits, sealed, into an event."""
MIN_SECRET_BYTES: Final = 14
MAX_SECRET_BYTES: Final = 64
"""Of a secret for one-time codes: at least 112 bits (NIST SP 800-63B-4, 3.1.4.1)."""
SIGNED_FOR: Final = timedelta(seconds=60)
"""How long after its `iat`, and how far before it, a token is good."""

ACTIVATION: Final = "activate+jwt"
REQUEST: Final = "device-auth+jwt"
ANSWER: Final = "answer+jwt"

COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
LATEST = 2**33

Decision = Literal["approve", "deny", "report"]


class DeviceTokenError(Exception):
    """Not a token of this protocol, or its signature is not by that key. Says nothing about which."""


def _moment(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LATEST:
        return datetime.fromtimestamp(value, tz=UTC)
    raise ValueError("not a NumericDate in whole seconds")


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


NumericDate = Annotated[datetime, BeforeValidator(_moment)]
"""Whole seconds since 1970 (RFC 7519, section 2), read as UTC."""
TokenId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{8,128}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
DeviceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(_printable)
]


class _Read(BaseModel):
    """What was signed by others: names in camelCase, unknown members skipped (RFC 7519, section 4)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


class PushKeys(_Read):
    """The keys of a push subscription: an uncompressed P-256 point and 16 random bytes (RFC 8291), base64url."""

    p256dh: str = Field(alias="p256dh", pattern=r"^[A-Za-z0-9_-]{87}$")
    auth: str = Field(pattern=r"^[A-Za-z0-9_-]{22}$")


class PushSubscription(_Read):
    """A push subscription, as `PushSubscription.toJSON()` of the W3C Push API gives it."""

    endpoint: str = Field(pattern=r"^https?://[!-~]+$", max_length=2048)
    keys: PushKeys

    def to_json(self) -> bytes:
        """As it came, without what nobody reads."""
        return to_json(self, by_alias=True)

    @classmethod
    def from_json(cls, content: bytes | str) -> "PushSubscription":
        """The reverse.

        Raises:
            DeviceTokenError: it is none.
        """
        try:
            return cls.model_validate_json(content)
        except ValidationError:
            raise DeviceTokenError from None


class Activation(_Read):
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


class DeviceRequest(_Read):
    """A device asks for something: `htm` and `htu` are method and URL without query (after RFC 9449, section 4.2)."""

    sub: Id
    aud: Url
    htm: str = Field(pattern=r"^[A-Z]{1,16}$")
    htu: Url
    iat: NumericDate
    jti: TokenId


class Answer(_Read):
    """What the person decided about a request. `number` is what the person typed, on approval only."""

    challenge_id: Id
    nonce: str = Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")
    decision: Decision
    number: Annotated[SecretStr, Field(max_length=16)] | None = None
    iat: NumericDate
    exp: NumericDate
    jti: TokenId


class _Jwk(BaseModel):
    """The public key in a header (RFC 7518, section 6.2.1); a private one is refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    y: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    d: None = None


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    alg: Literal["ES256"]
    typ: str
    kid: Id | None = None
    jwk: _Jwk | None = None


R = TypeVar("R", bound=_Read)


@dataclass(frozen=True)
class DevicePrivateKey:
    """The key of one device. Its private part shows in no representation."""

    jwk: SecretStr

    @classmethod
    def generate(cls) -> "DevicePrivateKey":
        """A new P-256 key."""
        return cls(SecretStr(to_json(ECKey.generate_key("P-256", private=True).as_dict(private=True)).decode()))

    @classmethod
    def from_json(cls, text: str) -> "DevicePrivateKey":
        """The key that `to_json` wrote.

        Raises:
            DeviceTokenError: it is none.
        """
        try:
            key = ECKey.import_key(from_json(text))
        except (JoseError, ValueError, TypeError, KeyError):
            raise DeviceTokenError from None
        if not key.is_private or key.curve_name != "P-256":
            raise DeviceTokenError
        return cls(SecretStr(text))

    def to_json(self) -> str:
        """The private JWK (RFC 7517); keep it where only its owner reads."""
        return self.jwk.get_secret_value()

    @property
    def public(self) -> DeviceKey:
        """The public part."""
        jwk = self._key.as_dict(private=False)
        return DeviceKey(x=str(jwk["x"]), y=str(jwk["y"]))

    def sign(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """A compact JWS over `claims`; members that are None are left out."""
        content = {name: value for name, value in claims.items() if value is not None}
        return jws.serialize_compact({"alg": "ES256", **header}, to_json(content), self._key, algorithms=["ES256"])

    @property
    def _key(self) -> ECKey:
        return ECKey.import_key(from_json(self.to_json()))


def public_key(jwk: object) -> DeviceKey:
    """The key in a header's `jwk`, its coordinates in their one canonical form.

    Raises:
        DeviceTokenError: not a public P-256 key.
    """
    try:
        given = _Jwk.model_validate(jwk)
        key = DeviceKey(x=encode(decode(given.x)), y=encode(decode(given.y)))
        _imported(key)
    except (JoseError, ValueError, TypeError, KeyError):
        raise DeviceTokenError from None
    return key


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


def sign_request(key: DevicePrivateKey, *, device_id: str, aud: str, htm: str, htu: str, at: datetime) -> str:
    """The bearer token of one request by a device."""
    claims = {
        "sub": device_id,
        "aud": aud,
        "htm": htm,
        "htu": htu,
        "iat": int(at.timestamp()),
        "jti": new_id(),
    }
    return key.sign({"typ": REQUEST, "kid": device_id}, claims)


def sign_answer(
    key: DevicePrivateKey,
    *,
    device_id: str,
    challenge_id: str,
    nonce: str,
    decision: Decision,
    at: datetime,
    number: str | None = None,
    life: timedelta = SIGNED_FOR,
) -> str:
    """The answer to one request."""
    claims = {
        "challengeId": challenge_id,
        "nonce": nonce,
        "decision": decision,
        "number": number,
        "iat": int(at.timestamp()),
        "exp": int((at + life).timestamp()),
        "jti": new_id(),
    }
    return key.sign({"typ": ANSWER, "kid": device_id}, claims)


def read_activation(token: str) -> Activation:
    """An activation, verified with the key that it brings along: whoever sent it holds that key.

    Raises:
        DeviceTokenError: whatever is wrong.
    """
    header = _header(token)
    if header.jwk is None:
        raise DeviceTokenError
    key = public_key(header.jwk.model_dump())
    return _read(Activation, _verified(token, key, ACTIVATION), key=key)


def read_request(token: str, key: DeviceKey) -> DeviceRequest:
    """A request of the device with that key.

    Raises:
        DeviceTokenError: whatever is wrong.
    """
    request = _read(DeviceRequest, _verified(token, key, REQUEST))
    if _header(token).kid != request.sub:
        raise DeviceTokenError
    return request


def read_answer(token: str, key: DeviceKey) -> Answer:
    """An answer of the device with that key.

    Raises:
        DeviceTokenError: whatever is wrong.
    """
    if len(token) > MAX_ANSWER_LENGTH:
        raise DeviceTokenError
    return _read(Answer, _verified(token, key, ANSWER))


def token_key_id(token: str) -> str | None:
    """Which device a token claims to be from, only to find its key: nothing is verified. None for what is no token."""
    try:
        return _header(token).kid
    except DeviceTokenError:
        return None


def _header(token: str) -> _Header:
    """The header, checked for form. The signature is not checked."""
    if len(token) > MAX_LENGTH or not COMPACT.fullmatch(token):
        raise DeviceTokenError
    segment = token.partition(".")[0]
    if len(segment) > MAX_HEADER_LENGTH:
        raise DeviceTokenError
    try:
        return _Header.model_validate_json(decode(segment))
    except ValueError:
        raise DeviceTokenError from None


def _verified(token: str, key: DeviceKey, typ: str) -> bytes:
    """The payload of a token of that type by that key."""
    if _header(token).typ != typ:
        raise DeviceTokenError
    try:
        return jws.deserialize_compact(token, _imported(key), algorithms=["ES256"]).payload
    except (JoseError, ValueError, TypeError, KeyError):
        raise DeviceTokenError from None


def _read(model: type[R], payload: bytes, **known: object) -> R:
    try:
        claims = from_json(payload, allow_inf_nan=False)
        if not isinstance(claims, dict):
            raise DeviceTokenError
        return model.model_validate({**claims, **known})
    except ValueError:
        raise DeviceTokenError from None


def _imported(key: DeviceKey) -> ECKey:
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": key.x, "y": key.y})
