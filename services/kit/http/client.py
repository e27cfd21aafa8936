"""Who sends a request, and from where."""

import re
from typing import Any, Final, cast

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

COUNTRY: Final = re.compile(r"[A-Z]{2}")
NOWHERE: Final = frozenset({"XX", "ZZ"})
"""What stands for a country that is not known (ISO 3166-1 leaves both to its users)."""
BY_PROXY: Final = "security_info.by_proxy"
"""In the scope of a request: whether a trusted proxy handed it over. Where nothing is said, none did."""


class TrustedProxies:
    """Believes `X-Forwarded-For` of trusted proxies, by uvicorn's own middleware, and remembers that one of them spoke:
    who was connected is not known any more afterwards."""

    def __init__(self, app: ASGIApp, trusted: str) -> None:
        believing = ProxyHeadersMiddleware(cast("Any", app), trusted)
        self._behind = cast("ASGIApp", believing)
        self._trusted = believing.trusted_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        scope[BY_PROXY] = client is not None and client[0] in self._trusted
        await self._behind(scope, receive, send)


def address_of(request: Request) -> str:
    """Where a request comes from; behind trusted proxies, what they say. Empty where that is not known."""
    return request.client.host if request.client else ""


def country_of(request: Request, header: str) -> str:
    """The country (ISO 3166-1 alpha-2) that a trusted proxy says in this header. Empty where it says none, or two,
    where nobody who is trusted said it, or where it is not asked for."""
    said = request.headers.getlist(header) if header and request.scope.get(BY_PROXY) else []
    named = said[0].strip().upper() if len(said) == 1 else ""
    return named if COUNTRY.fullmatch(named) and named not in NOWHERE else ""
