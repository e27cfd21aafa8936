"""A device asks the service for something."""

from datetime import datetime
from typing import Final

from pydantic import Field

from schemas.verification import DeviceKey
from services.kit.crypto.device.claims import Claims, Id, NumericDate, TokenId, Url, read_claims
from services.kit.crypto.device.error import DeviceTokenError
from services.kit.crypto.device.key import DevicePrivateKey
from services.kit.crypto.device.token import header_of, verified_payload
from services.kit.ids import new_id

REQUEST: Final = "device-auth+jwt"


class DeviceRequest(Claims):
    """A device asks for something: `htm` and `htu` are method and URL without query (after RFC 9449, section 4.2)."""

    sub: Id
    aud: Url
    htm: str = Field(pattern=r"^[A-Z]{1,16}$")
    htu: Url
    iat: NumericDate
    jti: TokenId


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


def read_request(token: str, key: DeviceKey) -> DeviceRequest:
    """A request of the device with that key. Raises DeviceTokenError: whatever is wrong."""
    request = read_claims(DeviceRequest, verified_payload(token, key, REQUEST))
    if header_of(token).kid != request.sub:
        raise DeviceTokenError
    return request
