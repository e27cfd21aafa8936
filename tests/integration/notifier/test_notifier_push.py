"""Requests to an app on the real broker and database: left to be fetched, or announced by Web Push."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from schemas.enrollment import Destination, MethodRequested
from schemas.notification import DeliveryFailed, PushSent
from schemas.topics import REQUESTS
from schemas.verification import ChallengeTerms
from services.kit.config.file import ConfigError
from services.kit.crypto.sealing import Binding, Sealer
from services.kit.ids import new_id
from services.notifier.app import build
from tests.support.builders.app_proofs import push_terms
from tests.support.builders.challenges import TENANT, enveloped
from tests.support.servers.mongo import LocalDatabase
from tests.support.servers.push_service import Browser, PushService, push_service
from tests.support.services.notifier import Bench
from tests.support.services.shared_notifier import newcomer, one_notifier
from tests.support.waiting import until

BROWSER = Browser()


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def push() -> AsyncIterator[PushService]:
    async with push_service() as running:
        yield running


@pytest.fixture
def service(push: PushService) -> PushService:
    """The file's push service, which has got nothing yet, and takes all."""
    push.messages.clear()
    push.status = 201
    return push


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    kafka_url: str, notifier_server: LocalDatabase, push: PushService, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bench]:
    more, home = {"pushServices": {"unsafe": [push.host]}}, tmp_path_factory.mktemp("notifier")
    async with one_notifier(kafka_url, notifier_server.url, home, "push", more) as made:
        yield made


@pytest.fixture
def bench(shared: Bench) -> Bench:
    """Somebody whom the notifier, which may use the local push service, does not know."""
    return newcomer(shared)


async def ask(bench: Bench, endpoint: str | None = None, *, of: ChallengeTerms | None = None) -> ChallengeTerms:
    """Publish a request, for an app that has subscribed at `endpoint`."""
    of = of or push_terms(new_id(), user=bench.user, created_at=datetime.now(UTC))
    destination = None
    if endpoint:
        subscription = BROWSER.subscription(endpoint).to_json()
        binding = Binding(TENANT, bench.user, of.method_id, of.challenge_id)
        sealed = Sealer(bench.keys["enrollment"]).seal("destination", subscription, binding)
        destination = Destination(sealed=sealed, masked="Sam's phone")
    request = MethodRequested(
        terms=of, channel="push", destination=destination, not_after=of.expires_at, requested_at=of.created_at
    )
    envelope = enveloped(request, of.challenge_id, user=bench.user, at=of.created_at)
    await bench.enrollment.publish(REQUESTS["push"], envelope)
    return of


async def test_without_a_subscription_the_app_fetches_it(bench: Bench, service: PushService) -> None:
    of = await ask(bench)
    told = await bench.told(PushSent)
    assert isinstance(told, PushSent)
    assert (told.challenge_id, told.mode, told.service) == (of.challenge_id, "inApp", None)
    assert service.messages == []


async def test_a_subscription_gets_a_message_that_names_the_request_alone(bench: Bench, service: PushService) -> None:
    of = await ask(bench, service.endpoint)
    told = await bench.told(PushSent)
    assert isinstance(told, PushSent)
    assert (told.mode, told.service) == ("webPush", "127.0.0.1")
    ((headers, content),) = service.messages
    assert BROWSER.read(content) == f'{{"challengeId": "{of.challenge_id}"}}'
    assert 0 < int(headers["ttl"]) <= 300
    stored = await asyncio.to_thread(bench.stored)
    assert service.endpoint not in stored


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_fails_for_good(bench: Bench, service: PushService, status: int) -> None:
    service.status = status
    await ask(bench, service.endpoint)
    told = await bench.told(DeliveryFailed)
    assert isinstance(told, DeliveryFailed)
    assert (told.channel, told.reason, told.permanent) == ("push", "destinationRejected", True)
    assert len(service.messages) == 1


async def test_an_address_that_is_no_push_service_is_never_called(bench: Bench, service: PushService) -> None:
    await ask(bench, f"http://localhost:{service.port}/send/abc")
    told = await bench.told(DeliveryFailed)
    assert isinstance(told, DeliveryFailed)
    assert told.permanent
    assert service.messages == []


async def test_two_requests_to_one_device_within_a_moment_both_go_out(bench: Bench, service: PushService) -> None:
    for _ in range(2):
        await ask(bench, service.endpoint)
    await bench.told(PushSent)
    await until(lambda: len(bench.events()) == 2)
    assert [type(event) for event in bench.events()] == [PushSent, PushSent]


async def test_a_code_is_not_carried_by_push(bench: Bench, service: PushService) -> None:
    await ask(bench, service.endpoint, of=bench.terms())
    told = await bench.told(DeliveryFailed)
    assert isinstance(told, DeliveryFailed)
    assert told.reason == "destinationMismatch"
    assert service.messages == []


async def test_unsafe_push_services_are_refused_outside_the_demo(bench: Bench) -> None:
    production = bench.settings.model_copy(update={"environment": "production"})
    with pytest.raises(ConfigError, match="unsafe is for the demo only"):
        build(production, ["push"])
