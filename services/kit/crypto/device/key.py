"""The key pair of a device: P-256, as a JWK (RFC 7517; RFC 7518, section 6.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import from_json, to_json

from schemas.verification import DeviceKey
from services.kit.crypto.device.error import DeviceTokenError
from services.kit.crypto.sealing import decode, encode


class PublicJwk(BaseModel):
    """The public key in a header (RFC 7518, section 6.2.1); a private one is refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    y: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    d: None = None


@dataclass(frozen=True)
class DevicePrivateKey:
    """The key of one device. Its private part shows in no representation."""

    jwk: SecretStr

    @classmethod
    def generate(cls) -> "DevicePrivateKey":
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
        given = PublicJwk.model_validate(jwk)
        key = DeviceKey(x=encode(decode(given.x)), y=encode(decode(given.y)))
        imported(key)
    except (JoseError, ValueError, TypeError, KeyError):
        raise DeviceTokenError from None
    return key


def imported(key: DeviceKey) -> ECKey:
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": key.x, "y": key.y})
