"""Where a request may go, and what a failure on the way to a provider means for the message."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

import httpx

from schemas.notification import DeliveryFailureReason
from services.notifier.providers.base import CONNECT_WITHIN, TIMEOUT, OutcomeUnknownError, TransientError

LIMITS: Final = httpx.Timeout(TIMEOUT, connect=CONNECT_WITHIN)

OF_ACCOUNT: Final = frozenset({401, 402, 403, 404, 405, 407, 408})
"""Refusals that the next message would meet as well: credentials, balance, rights, an address that is no API. Any other
4xx is about what was in the request: a number, for the most part."""
DEFAULT_RETRY_AFTER = 2.0
LONGEST_RETRY_AFTER = 600.0
LONGEST_TEXT = 4096
HALF_A_LETTER: Final = re.compile("[\ud800-\udfff]")
"""A lone surrogate, which JSON may hold (RFC 8259, section 8.2)."""
UNICAST: Final = IPv6Network("2000::/3")
"""All that is given out for hosts of the Internet (RFC 4291, section 2.4)."""
TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses where a network speaks IPv6 alone (RFC 6052, section 2.1)."""


def is_public(address: str) -> bool:
    """Whether an address is that of one host on the Internet: not of this machine or network, not of many hosts, and no
    other spelling of such a one. Total: False for what is no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        found = _embedded(found) or found
    is_of_a_host = isinstance(found, IPv4Address) or found in UNICAST
    return is_of_a_host and found.is_global and not found.is_multicast


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that it leads to."""
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


class Caller:
    """Calls the API of a provider: in time, without redirects, and with failures that say what was taken."""

    def __init__(self, client: httpx.AsyncClient, *, within: float = TIMEOUT) -> None:
        self._client = client
        self._within = within

    async def call(self, method: str, url: str, **request: Any) -> httpx.Response:
        """The answer, whatever its status; `request` as httpx takes it. Raises ProviderError: there is none."""
        with network_failures():
            async with asyncio.timeout(self._within):
                return await self._client.request(method, url, timeout=LIMITS, follow_redirects=False, **request)


def refused(response: httpx.Response, cause: str) -> TransientError | OutcomeUnknownError:
    """What an answer other than success means where it is not about the destination. `cause` is for the log."""
    status = response.status_code
    asks_for_a_pause = status == httpx.codes.SERVICE_UNAVAILABLE and "Retry-After" in response.headers
    if status == httpx.codes.TOO_MANY_REQUESTS or asks_for_a_pause:
        return TransientError(cause, retry_after=_retry_after(response))
    if status in {httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT} or response.is_success:
        return OutcomeUnknownError(cause)
    reason: DeliveryFailureReason = "providerUnavailable" if response.is_server_error else "providerRefused"
    return TransientError(cause, reason=reason, of_message=response.is_client_error and status not in OF_ACCOUNT)


def document(response: httpx.Response) -> dict[str, Any]:
    """The object of a JSON answer; empty where it is none."""
    try:
        content = response.json()
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def listed(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list in it; none where it is no list."""
    found = content.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def text(content: dict[str, Any], name: str) -> str | None:
    """A text in it, cut where it is too long; None where it is none, or holds half a letter: no database takes it."""
    value = content.get(name)
    return value[:LONGEST_TEXT] if isinstance(value, str) and not HALF_A_LETTER.search(value) else None


def number(content: dict[str, Any], name: str) -> int | None:
    """A whole number in it; None where it is none."""
    value = content.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _retry_after(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_RETRY_AFTER) if asked.isascii() and asked.isdecimal() else DEFAULT_RETRY_AFTER


@contextmanager
def network_failures() -> Iterator[None]:
    """Before the request is out, nothing can have been accepted; afterwards nobody knows."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TransientError(type(error).__name__) from None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise OutcomeUnknownError(type(error).__name__) from None
