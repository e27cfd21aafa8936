"""Addresses that strangers name, or that lead elsewhere than they say: nothing goes to a private address."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx

from services.enrollment.tokens import ClientTokens
from services.kit.clock import SystemClock
from services.kit.config.providers import PushServices
from services.kit.errors import ProblemError
from services.notifier.providers.base import Message, ProviderError
from services.notifier.providers.webpush import WebPush
from tests.attack.attempt import Attempt, Plan
from tests.attack.scene import Scene
from tests.attack.target import signed
from tests.model.world import CONFIG
from tests.support.builders.keys import keyring
from tests.support.servers.push_service import Browser

LISTED = "push.example"
PUBLIC = "93.184.215.14"
HOSTS = (LISTED, "*.push.apple.example")

NOT_LISTED = (
    "http://push.example/x",
    "https://push.example:8443/x",
    "https://push.example:22/x",
    "https://push.example.evil.example/x",
    "https://evil.example/push.example",
    "https://evilpush.example/x",
    "https://evil.example#push.example",
    "https://evil.example?push.example",
    "https://push.example@evil.example/x",
    "https://evil.example\\@push.example/x",
    "https://user:password@push.example/x",
    "https://xpush.apple.example/x",
    "https://push.apple.example/x",
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://localhost.localdomain/x",
    "https://127.0.0.1.nip.io/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0177.0.0.1/x",
    "https://127.1/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[fe80::1%25lo]/x",
    "https://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/x",
    "file:///etc/passwd",
    "gopher://push.example/x",
    "https:///x",
    "https://pu\u0455h.example/x",
    "https://push.example\u3002evil.example/x",
    "https://push.example%2eevil.example/x",
    "https://push.example:443:80/x",
    "https://push.example:0/x",
)
PRIVATE = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 # an address that leads to this machine
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.170",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "fe80::1",
    "fec0::1",
    "fc00::1",
    "ff02::1",
    "ff0e::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
)
"""By RFC 6890, and those that stand for an IPv4 address (RFC 4291, 2.5.5; RFC 6052; RFC 3056)."""


class Outgoing(httpx.AsyncBaseTransport):
    """Notes where a request would go, and answers with a status and a place to go to next."""

    def __init__(self, status: int = 201, location: str = "") -> None:
        self.addresses: list[httpx.URL] = []
        self._answer = status, {"Location": location} if location else {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.addresses.append(request.url)
        status, headers = self._answer
        return httpx.Response(status, headers=headers)


async def push_endpoints(_: Scene, __: Plan) -> AsyncIterator[Attempt]:
    """What a subscription names."""
    for endpoint in NOT_LISTED:
        went = await _pushed(endpoint, Outgoing(), (PUBLIC,))
        yield Attempt(f"endpoint {endpoint!r}", 0, f"went to {went}" if went else "")
    for address in PRIVATE:
        for found in ((address,), (PUBLIC, address), (address, PUBLIC)):
            went = await _pushed(f"https://{LISTED}/x", Outgoing(), found)
            yield Attempt(f"a listed name that leads to {found}", 0, f"went to {went}" if went else "")
    for status in (301, 302, 303, 307, 308):
        went = await _pushed(f"https://{LISTED}/x", Outgoing(status, "http://127.0.0.1/"), (PUBLIC,))
        yield Attempt(f"a redirect by {status}", 0, f"went to {went}" if len(went) != 1 else "")
    went = await _pushed(f"https://{LISTED}/x", Outgoing(), (PUBLIC,), ("127.0.0.1",))
    rebound = [address.host for address in went if address.host != PUBLIC]
    yield Attempt(
        "a name that leads elsewhere once it is checked", 0, f"went to {rebound}" if rebound or not went else ""
    )


async def key_sets(scene: Scene, _: Plan) -> AsyncIterator[Attempt]:
    """Tokens that name where their key is, and a client's address that redirects: only the configured one is asked."""
    target = scene.target
    own = {str(client.jwks_url) for client in CONFIG.clients.values()}
    there = "http://169.254.169.254/jwks.json"
    for name in ("jku", "x5u", "iss", "kid"):
        claims = target.claims() | ({"iss": there} if name == "iss" else {})
        token = signed(target.keys["northbridge"], claims, **({} if name == "iss" else {name: there}))
        for what, outgoing in {"named": Outgoing(404), "redirected": Outgoing(302, there)}.items():
            async with httpx.AsyncClient(transport=outgoing) as http:
                tokens = ClientTokens(CONFIG, target.origin, SystemClock(), http)
                why = await _accepted(tokens, token)
            elsewhere = [str(address) for address in outgoing.addresses if str(address) not in own]
            yield Attempt(f"{name} of a token, {what}", 0, why or (f"went to {elsewhere}" if elsewhere else ""))


async def _accepted(tokens: ClientTokens, token: str) -> str:
    try:
        await tokens.check(token)
    except ProblemError:
        return ""
    return "the token was taken"


async def _pushed(endpoint: str, outgoing: Outgoing, *found: tuple[str, ...]) -> list[httpx.URL]:
    """Where a push went, when the name stands for these addresses, time after time."""
    answers: Iterator[tuple[str, ...]] = iter((*found, found[-1]))

    async def resolve(_: str) -> list[str]:
        return list(next(answers))

    try:
        content = Browser().subscription(endpoint).to_json().decode()
    except ValueError:
        return []
    async with httpx.AsyncClient(transport=outgoing, follow_redirects=True) as client:
        services, keys = PushServices(hosts=HOSTS), keyring("notifier")
        push = WebPush(services, client, keys, SystemClock(), resolver=resolve)
        with contextlib.suppress(ProviderError):
            await push.send(Message("d-1", content, "{}", mark="{}", life=timedelta(minutes=1)))
    return outgoing.addresses
