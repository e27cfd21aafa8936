"""Lists in parts, as OData has them: `$top`, `$skiptoken`, `@odata.nextLink`."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from services.enrollment.components import DependenciesDep
from services.kit.errors import RequestMalformedError

MOST_A_PAGE = 100

T = TypeVar("T")


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


async def _page(
    request: Request,
    deps: DependenciesDep,
    top: Annotated[int, Query(alias="$top", ge=1, le=MOST_A_PAGE, description="at most so many")] = MOST_A_PAGE,
    skip_token: Annotated[
        str, Query(alias="$skiptoken", max_length=512, description="as `@odata.nextLink` has it; opaque")
    ] = "",
) -> Page:
    return Page(top, _key(skip_token), f"{deps.public_origin}{request.url.path}")


PageDep = Annotated[Page, Depends(_page)]


def _key(token: str) -> str:
    try:
        return urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        raise RequestMalformedError("$skiptoken is not one that this list gave.") from None
