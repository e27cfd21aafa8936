"""What tokens say: the shapes of single claims (RFC 7519, section 4), and how a payload is read."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from services.kit.crypto.device.error import DeviceTokenError

SIGNED_FOR: Final = timedelta(seconds=60)
"""How long after its `iat`, and how far before it, a token is good."""

LATEST = 2**33


def _moment(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LATEST:
        return datetime.fromtimestamp(value, tz=UTC)
    raise ValueError("not a NumericDate in whole seconds")


NumericDate = Annotated[datetime, BeforeValidator(_moment)]
"""Whole seconds since 1970 (RFC 7519, section 2), read as UTC."""
TokenId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{8,128}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
Url = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class Claims(BaseModel):
    """What was signed by others: names in camelCase, unknown members skipped (RFC 7519, section 4)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


C = TypeVar("C", bound=Claims)


def read_claims(model: type[C], payload: bytes, **known: object) -> C:
    """The claims, with what is known beside them.

    Raises:
        DeviceTokenError: they are no such claims.
    """
    try:
        claims = from_json(payload, allow_inf_nan=False)
        if not isinstance(claims, dict):
            raise DeviceTokenError
        return model.model_validate({**claims, **known})
    except ValueError:
        raise DeviceTokenError from None
