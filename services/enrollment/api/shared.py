"""What all calls of the API share: who calls, how bodies are read, how a POST is made safe to repeat, how lists are
paged."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode, urlsplit

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
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

from services.enrollment.components import Components
from services.enrollment.idempotency.handlers import Reply
from services.enrollment.tokens import Caller
from services.kit.errors import RequestMalformedError, TokenInvalidError

NO_STORE = {"Cache-Control": "no-store"}
MOST_A_PAGE = 100

UserId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=254)]


def _web_address(value: str) -> str:
    components = urlsplit(value)
    if components.scheme not in {"https", "http"} or not components.hostname or "#" in value:
        raise ValueError("not an absolute http(s) address without a fragment")
    return value


ReturnUrl = Annotated[str, StringConstraints(min_length=8, max_length=2048), AfterValidator(_web_address)]
"""Where a browser goes back to; it must be on the client's list, too."""

Shown = Annotated[
    SecretStr, PlainSerializer(SecretStr.get_secret_value, return_type=str), WithJsonSchema({"type": "string"})
]
"""A secret that is meant for the caller: hidden everywhere but in the answer."""

UserPath = Annotated[UserId, Path(description="the platform's own id of the person; opaque", examples=["sam.1"])]

T = TypeVar("T")


def absent() -> Any:
    """The default of a field that an answer does not have where there is nothing to say."""
    return Field(default=None, exclude_if=_is_none)


def _is_none(value: object) -> bool:
    return value is None


class Body(BaseModel):
    """A closed, immutable value; JSON names are camelCase."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Paged(Body):
    """A part of a list; `@odata.nextLink` leads to the next one, as long as there is more."""

    next_link: str | None = Field(default=None, alias="@odata.nextLink", exclude_if=_is_none)


Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Depends(
        HTTPBearer(
            auto_error=False,
            scheme_name="platform",
            bearerFormat="JWT",
            description="Signed by a platform client (ES256, RS256), at most 5 minutes old; see docs/integration.md.",
        )
    ),
]


async def caller(request: Request, authorization: Bearer) -> Caller:
    """The client that calls, by its bearer token (RFC 6750)."""
    if authorization is None:
        raise TokenInvalidError(headers={"WWW-Authenticate": "Bearer"})
    components: Components = request.app.state.components
    known = await components.tokens.check(authorization.credentials.strip())
    await components.deps.limiter.admit("client", known.client_id)
    return known


CallerNow = Annotated[Caller, Depends(caller)]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes the call safe to repeat for 24 hours: the same key and body get the first answer again.",
    ),
]
"""Makes a POST safe to repeat for 24 h."""


async def identity_of(request: Request) -> str:
    """What makes a request the same: method, path and body."""
    return f"{request.method} {request.url.path}\n{(await request.body()).decode(errors='replace')}"


async def once(request: Request, key: str | None, by: Caller, answer: Callable[[], Awaitable[Reply]]) -> Response:
    """The answer of a POST, or the one that its key got before; nobody on the way keeps it."""
    components: Components = request.app.state.components
    given = await components.idempotency.once(key, by, await identity_of(request), answer)
    return answered(given.status, given.body)


def answered(status: int, body: str) -> Response:
    """JSON as it is, or nothing but the status."""
    if not body:
        return Response(status_code=status, headers=NO_STORE)
    return Response(body, status, media_type="application/json", headers=NO_STORE)


def replied(body: BaseModel, status: int = 200) -> Response:
    """One value as the answer."""
    return answered(status, body.model_dump_json(by_alias=True))


@dataclass(frozen=True)
class Page:
    """Which part of a list is asked for: at most `top`, after the entry with that key."""

    top: int
    after: str
    address: str

    def of(self, entries: Sequence[T], key: Callable[[T], str]) -> tuple[list[T], str | None]:
        """The part, and the address of the next one, if there is more. Keys sort as the entries do."""
        rest = [entry for entry in entries if key(entry) > self.after]
        part = rest[: self.top]
        if len(rest) <= self.top:
            return part, None
        return part, self.link(key(part[-1]))

    def link(self, after: str, **kept: str) -> str:
        """The address of what comes after the entry with that key; `kept` is what the query says beside it."""
        token = urlsafe_b64encode(after.encode()).decode().rstrip("=")
        return f"{self.address}?{urlencode({**kept, '$top': self.top, '$skiptoken': token})}"


async def page(
    request: Request,
    top: Annotated[int, Query(alias="$top", ge=1, le=MOST_A_PAGE, description="at most so many")] = MOST_A_PAGE,
    skip_token: Annotated[
        str, Query(alias="$skiptoken", max_length=512, description="as `@odata.nextLink` has it; opaque")
    ] = "",
) -> Page:
    """The part of a list that the query names."""
    components: Components = request.app.state.components
    return Page(top, _key(skip_token), f"{components.settings.public_origin}{request.url.path}")


PageNow = Annotated[Page, Depends(page)]


def _key(token: str) -> str:
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        raise RequestMalformedError("$skiptoken is not one that this list gave.") from None
