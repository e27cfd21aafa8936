"""Where a device takes Web Push messages."""

from pydantic import Field, ValidationError
from pydantic_core import to_json

from services.kit.crypto.device.claims import Claims
from services.kit.crypto.device.error import DeviceTokenError


class PushKeys(Claims):
    """The keys of a push subscription: an uncompressed P-256 point and 16 random bytes (RFC 8291), base64url."""

    p256dh: str = Field(alias="p256dh", pattern=r"^[A-Za-z0-9_-]{87}$")
    auth: str = Field(pattern=r"^[A-Za-z0-9_-]{22}$")


class PushSubscription(Claims):
    """A push subscription, as `PushSubscription.toJSON()` of the W3C Push API gives it."""

    endpoint: str = Field(pattern=r"^https?://[!-~]+$", max_length=2048)
    keys: PushKeys

    def to_json(self) -> bytes:
        return to_json(self, by_alias=True)

    @classmethod
    def from_json(cls, content: bytes | str) -> "PushSubscription":
        """The reverse. Raises DeviceTokenError: it is none."""
        try:
            return cls.model_validate_json(content)
        except ValidationError:
            raise DeviceTokenError from None
