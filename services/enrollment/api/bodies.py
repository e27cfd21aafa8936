"""What bodies and paths of all calls are made of."""

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel


def _web_address(value: str) -> str:
    address = urlsplit(value)
    if address.scheme not in {"https", "http"} or not address.hostname or "#" in value:
        raise ValueError("not an absolute http(s) address without a fragment")
    return value


UserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
UserPath = Annotated[UserId, Path(description="the platform's own id of the person; opaque", examples=["sam.1"])]
Text = Annotated[str, StringConstraints(min_length=1, max_length=254)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64)]
PhoneNumber = Annotated[str, StringConstraints(min_length=1, max_length=60)]

ReturnUrl = Annotated[str, StringConstraints(min_length=8, max_length=2048), AfterValidator(_web_address)]
"""Where a browser goes back to; it must be on the client's list, too."""

Shown = Annotated[
    SecretStr, PlainSerializer(SecretStr.get_secret_value, return_type=str), WithJsonSchema({"type": "string"})
]
"""A secret that is meant for the caller: hidden everywhere but in the answer."""


def absent() -> Any:
    return Field(default=None, exclude_if=_is_none)


def _is_none(value: object) -> bool:
    return value is None


class Body(BaseModel):
    """A closed, immutable value; JSON names are camelCase."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Paged(Body):
    """A part of a list; `@odata.nextLink` leads to the next one, as long as there is more."""

    next_link: str | None = Field(default=None, alias="@odata.nextLink", exclude_if=_is_none)
