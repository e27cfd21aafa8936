"""Where a request may go, and what a failure on the way to a provider means for the message."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

from services.notifier.providers.base import CONNECT_WITHIN, TIMEOUT, OutcomeUnknownError, TransientError

LIMITS: Final = httpx.Timeout(TIMEOUT, connect=CONNECT_WITHIN)

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


@contextmanager
def network_failures() -> Iterator[None]:
    """Before the request is out, nothing can have been accepted; afterwards nobody knows."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TransientError(type(error).__name__) from None
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise OutcomeUnknownError(type(error).__name__) from None
