"""Web Push: what goes out can be read by the subscriber alone, and goes to nobody but a push service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from services.kit.config.providers import PushServices
from services.kit.crypto.sealing import public_point, signing_key_pem
from services.notifier.providers.base import (
    Message,
    OutcomeUnknownError,
    PermanentError,
    Provider,
    ProviderError,
    TransientError,
)
from services.notifier.providers.observed import observed
from services.notifier.providers.webpush import WebPush
from tests.support.builders.keys import keyring
from tests.support.clock import NOON, FixedClock
from tests.support.servers.process import free_port
from tests.support.servers.push_service import Browser, PushService, push_service
from tests.support.services.providers import Mode, ProviderBehaviour

BODY = '{"challengeId": "challenge-1"}'
BROWSER = Browser()
VAPID = keyring("notifier").current("vapid")
HOSTS = ("push.example", "*.push.apple.example")
STATUS: dict[Mode, int] = {"ok": 201, "slow": 201, "error": 500, "reject": 410, "throttle": 429, "denied": 403}


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as running:
        yield running


class Recorder(httpx.AsyncBaseTransport):
    """Keeps what would go out, and takes it."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(201)


def resolving(*addresses: str) -> Callable[[str], Awaitable[list[str]]]:
    async def resolve(_: str) -> list[str]:
        return list(addresses)

    return resolve


def message(endpoint: str, *, life: timedelta = timedelta(seconds=299.5)) -> Message:
    return Message("d-1", BROWSER.subscription(endpoint).to_json().decode(), BODY, mark=BODY, life=life)


async def send_to(service: PushService, *, life: timedelta = timedelta(minutes=5)) -> str | None:
    async with httpx.AsyncClient() as client:
        provider = WebPush(PushServices(unsafe=(service.host,)), client, keyring("notifier"), FixedClock(NOON))
        return (await provider.send(message(service.endpoint, life=life))).service


async def sent(endpoint: str, *addresses: str) -> httpx.Request:
    """The request that would go out to an endpoint on one of `HOSTS`."""
    recorder = Recorder()
    async with httpx.AsyncClient(transport=recorder) as client:
        rules = PushServices(hosts=HOSTS)
        provider = WebPush(rules, client, keyring("notifier"), FixedClock(NOON), resolver=resolving(*addresses))
        assert (await provider.send(message(endpoint))).service == httpx.URL(endpoint).host
    (request,) = recorder.requests
    return request


@dataclass
class Told:
    """The push service, told by `mode` what to do as the servers of other providers are."""

    service: PushService

    @property
    def delay(self) -> float:
        return self.service.delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self.service.delay = seconds

    @property
    def mode(self) -> Mode:
        return "ok"

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self.service.status = STATUS[mode]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """It gives no id, and knows a subscription and nobody's name."""
        return [{"sid": None, "to": message(self.service.endpoint).to} for _ in self.service.messages]


class TestWebPush(ProviderBehaviour):
    """What all providers do."""

    @pytest.fixture
    async def server(self, service: PushService) -> Told:
        self.endpoint = service.endpoint
        return Told(service)

    @pytest.fixture
    async def provider(self, server: Told) -> AsyncIterator[Provider]:
        rules = PushServices(unsafe=(server.service.host,))
        async with httpx.AsyncClient() as client:
            yield observed(WebPush(rules, client, keyring("notifier"), FixedClock(NOON)), "push")

    @pytest.fixture
    async def impatient(self, server: Told) -> AsyncIterator[Provider]:
        rules = PushServices(unsafe=(server.service.host,))
        async with httpx.AsyncClient() as client:
            yield observed(WebPush(rules, client, keyring("notifier"), FixedClock(NOON), within=0.4), "push")

    def message(self) -> Message:
        return message(self.endpoint)

    def unreachable(self) -> Provider:
        host = f"127.0.0.1:{free_port()}"
        self.endpoint = f"http://{host}/send/abc"
        rules = PushServices(unsafe=(host,))
        return observed(WebPush(rules, httpx.AsyncClient(), keyring("notifier"), FixedClock(NOON)), "push")

    async def test_throttling_asks_for_a_pause(self, server: Any, provider: Provider) -> None:
        """It does not: what one push service asks for must not hold up the others."""
        server.service.headers = {"Retry-After": "600"}
        server.mode = "throttle"
        with pytest.raises(TransientError) as raised:
            await provider.send(self.message())
        assert (raised.value.reason, raised.value.retry_after) == ("providerUnavailable", None)


async def test_the_subscriber_alone_reads_it(service: PushService) -> None:
    assert await send_to(service) == "127.0.0.1"
    ((headers, content),) = service.messages
    assert BROWSER.read(content) == BODY
    assert b"challenge-1" not in content
    assert headers["content-encoding"] == "aes128gcm"
    assert (headers["ttl"], headers["urgency"]) == ("300", "high")


async def test_it_is_signed_with_the_key_that_enrollment_hands_out(service: PushService) -> None:
    await send_to(service)
    scheme, _, fields = service.messages[0][0]["authorization"].partition(" ")
    token, key = (field.partition("=")[2] for field in fields.split(","))
    assert (scheme, key) == ("vapid", public_point(VAPID))
    claims = jwt.decode(token, ECKey.import_key(signing_key_pem(VAPID)), algorithms=["ES256"]).claims
    assert claims["aud"] == f"http://{service.host}"
    assert claims["sub"] == "mailto:security-info@localhost"
    assert claims["exp"] == int((NOON + timedelta(hours=1)).timestamp())


async def test_a_message_at_its_end_still_has_a_moment(service: PushService) -> None:
    await send_to(service, life=timedelta())
    assert service.messages[0][0]["ttl"] == "1"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, PermanentError),
        (410, PermanentError),
        (307, PermanentError),
        (400, TransientError),
        (403, TransientError),
        (413, TransientError),
        (429, TransientError),
        (500, TransientError),
        (503, TransientError),
        (502, OutcomeUnknownError),
    ],
)
async def test_what_an_answer_means(service: PushService, status: int, error: type[ProviderError]) -> None:
    service.status = status
    service.headers = {"Location": service.endpoint} if status == 307 else {}
    with pytest.raises(error):
        await send_to(service)
    assert len(service.messages) == 1


async def test_a_service_that_is_away_is_tried_again() -> None:
    with pytest.raises(TransientError):
        await send_to(PushService(port=free_port()))


@pytest.mark.parametrize(("host", "address"), [("push.example", "1.1.1.1"), ("web.push.apple.example", "2606:4700::1")])
async def test_it_goes_to_the_address_that_was_checked_under_the_services_name(host: str, address: str) -> None:
    request = await sent(f"https://{host}/send/abc?x=1", address)
    assert (request.url.host, request.url.raw_path) == (address, b"/send/abc?x=1")
    assert request.headers["Host"] == host
    assert request.extensions["sni_hostname"] == host


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/send/abc",
        "https://push.example:8443/send/abc",
        "https://push.example.evil.example/send/abc",
        "https://evilpush.example/send/abc",
        "https://push.apple.example/send/abc",
        "https://push.example@evil.example/send/abc",
        "https://user@push.example/send/abc",
        "https://evil.example#push.example",
        "https://169.254.169.254/latest",
        "http://127.0.0.1:8020/",
        "https://[::1",
    ],
)
async def test_it_goes_to_push_services_only(endpoint: str) -> None:
    with pytest.raises(PermanentError):
        await sent(endpoint, "1.1.1.1")


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("10.0.0.1",), ("1.1.1.1", "192.168.0.1"), ("::1",), ("169.254.169.254",), ()]
)
async def test_it_goes_to_no_private_address(addresses: tuple[str, ...]) -> None:
    with pytest.raises(PermanentError):
        await sent("https://push.example/send/abc", *addresses)


async def test_a_name_without_an_address_may_have_one_later() -> None:
    async def nothing(_: str) -> list[str]:
        raise OSError

    async with httpx.AsyncClient() as client:
        rules = PushServices(hosts=HOSTS)
        provider = WebPush(rules, client, keyring("notifier"), FixedClock(NOON), resolver=nothing)
        with pytest.raises(TransientError):
            await provider.send(message("https://push.example/send/abc"))


@pytest.mark.parametrize("text", ["", "{}", "+447700900142"])
async def test_what_is_no_subscription_is_refused_for_good(text: str) -> None:
    async with httpx.AsyncClient() as client:
        provider = WebPush(PushServices(), client, keyring("notifier"), FixedClock(NOON))
        with pytest.raises(PermanentError):
            await provider.send(Message("d-1", text, BODY, mark=BODY))


async def test_a_subscription_whose_key_is_no_point_is_refused_for_good(service: PushService) -> None:
    subscription = BROWSER.subscription(service.endpoint).model_dump(by_alias=True)
    subscription["keys"]["p256dh"] = "BA" + "A" * 85
    broken = Message("d-1", httpx.Response(200, json=subscription).text, BODY, mark=BODY)
    async with httpx.AsyncClient() as client:
        provider = WebPush(PushServices(unsafe=(service.host,)), client, keyring("notifier"), FixedClock(NOON))
        with pytest.raises(PermanentError):
            await provider.send(broken)
