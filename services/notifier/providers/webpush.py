"""Web Push (RFC 8030) with encrypted content (RFC 8291), signed by our VAPID key (RFC 8292).

The address comes from whoever subscribed. So it must be on the list of push services, its name must not lead to a
private address, and no redirect is followed. The library's own sending can do neither: it encrypts and signs here,
and the request goes out by our client, to the very address that was checked.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
from py_vapid import Vapid02
from pywebpush import WebPusher

from services.kit.clock import Clock
from services.kit.config.providers import PushServices
from services.kit.crypto.device import DeviceTokenError, PushSubscription
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import fingerprint, signing_key_pem
from services.notifier.providers.base import (
    TIMEOUT,
    Acceptance,
    Message,
    OutcomeUnknownError,
    PermanentError,
    TransientError,
)
from services.notifier.providers.network import LIMITS, is_public, network_failures

HTTPS = 443
SIGNED_FOR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
GONE = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})

Resolve = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True)
class Endpoint:
    """Where a message goes. `address` is what the host's name stands for, None where any is fine."""

    url: httpx.URL
    address: str | None

    @property
    def origin(self) -> str:
        return f"{self.url.scheme}://{self.url.netloc.decode()}"


async def resolve(host: str) -> list[str]:
    """All addresses of a host. Raises OSError: it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, HTTPS, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class WebPush:
    """All push services that the configuration lets us use."""

    name = "web-push"

    def __init__(
        self,
        services: PushServices,
        client: httpx.AsyncClient,
        keyring: Keyring,
        clock: Clock,
        *,
        resolver: Resolve = resolve,
        within: float = TIMEOUT,
    ) -> None:
        self._services = services
        self._client = client
        self._clock = clock
        self._keyring = keyring
        self._resolve = resolver
        self._within = within

    async def send(self, message: Message) -> Acceptance:
        """Announce a request to the subscription in `message.to`; see `Provider.send`."""
        subscription = _subscription(message.to)
        with network_failures():
            async with asyncio.timeout(self._within):
                endpoint = await self._endpoint(subscription.endpoint)
                response = await self._client.send(
                    self._request(subscription, endpoint, message), follow_redirects=False
                )
        if response.is_success:
            return Acceptance(None, service=endpoint.url.host)
        raise _refusal(response.status_code)

    async def _endpoint(self, endpoint: str) -> Endpoint:
        try:
            url = httpx.URL(endpoint)
        except httpx.InvalidURL:
            raise PermanentError("the endpoint is no address") from None
        if f"{url.host}:{url.port}" in self._services.unsafe:
            return Endpoint(url, None)
        ours = any(_is_below(url.host, name) for name in self._services.hosts)
        if not ours or url.scheme != "https" or url.port is not None or url.userinfo:
            raise PermanentError("the endpoint is on no push service of the list")
        return Endpoint(url, await self._public_address(url.host))

    async def _public_address(self, host: str) -> str:
        try:
            found = await self._resolve(host)
        except OSError:
            raise TransientError("the push service has no address") from None
        if not found or not all(is_public(address) for address in found):
            raise PermanentError("the push service has a private address")
        return found[0]

    def _request(self, subscription: PushSubscription, endpoint: Endpoint, message: Message) -> httpx.Request:
        """Encrypted for the subscriber. A later message about the same delivery replaces one that still waits."""
        try:
            encrypted: bytes = WebPusher(subscription.model_dump(by_alias=True)).encode(message.body.encode())["body"]
        except ValueError:
            raise PermanentError("the subscription's key is no point on the curve") from None
        headers = {
            **self._signature(endpoint.origin),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(1, message.life // SECOND)),
            "Urgency": "high",
            "Topic": fingerprint(message.delivery_id.encode()),
            "Host": endpoint.url.netloc.decode(),
            "Connection": "close",  # a kept one belongs to an address, and a service's name may be checked only once
        }
        url = endpoint.url.copy_with(host=endpoint.address) if endpoint.address else endpoint.url
        extensions = {"sni_hostname": endpoint.url.host} if endpoint.address else {}
        return self._client.build_request(
            "POST", url, content=encrypted, headers=headers, timeout=LIMITS, extensions=extensions
        )

    def _signature(self, origin: str) -> dict[str, str]:
        key = Vapid02.from_pem(signing_key_pem(self._keyring.current("vapid")))
        until = int((self._clock.now() + SIGNED_FOR).timestamp())
        signed: dict[str, str] = key.sign({"aud": origin, "exp": until, "sub": self._services.contact})
        return signed


def _subscription(text: str) -> PushSubscription:
    try:
        return PushSubscription.from_json(text)
    except DeviceTokenError:
        raise PermanentError("the destination is no push subscription") from None


def _is_below(host: str, name: str) -> bool:
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _refusal(status: int) -> PermanentError | TransientError | OutcomeUnknownError:
    """What an answer other than success means (RFC 8030, sections 5 and 7.3). A pause that one service asks for is not
    passed on: it would hold up what goes to all others."""
    cause = f"HTTP {status}"
    if status in GONE or httpx.codes.is_redirect(status):
        return PermanentError(cause)
    if status in {httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT}:
        return OutcomeUnknownError(cause)
    refused = httpx.codes.is_client_error(status) and status != httpx.codes.TOO_MANY_REQUESTS
    return TransientError(cause, reason="providerRefused" if refused else "providerUnavailable")
