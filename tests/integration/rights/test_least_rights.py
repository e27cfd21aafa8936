"""Each service runs with exactly the rights that deploy/kafka-acls.yaml and deploy/mongodb-users.js give it."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupLoadInProgressError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from deploy.local.commands.install import install_kafka
from schemas.base import Channel
from schemas.rights import Account, Right, account_name
from schemas.topics import LIFECYCLE, REQUESTS, TOPICS, VERDICTS, Service, Topic, full_name, group_of
from services.enrollment import app as enrollment
from services.enrollment.settings import EnrollmentSettings
from services.kit.clock import SystemClock
from services.kit.crypto.key_files import new_keyrings
from services.kit.kafka.connection import client_options
from services.kit.kafka.reading import TopicsNotShownError, read_kept, read_one, reader
from services.kit.kafka.redaction.rewriting import redact_lifecycle
from services.kit.kafka.replay import list_dead_letters, replay_dead_letter
from services.kit.kafka.rights import granting
from services.kit.kafka.rights.granting import Granted, GrantError, grant
from services.kit.kafka.rights.rules import rule_of
from services.kit.kafka.tail import tail
from services.kit.kafka.topics import ensure_topics
from services.kit.settings import ServiceSettings
from services.notifier import app as notifier
from services.notifier.settings import NotifierSettings
from services.verifier import app as verifier
from services.verifier.settings import VerifierSettings
from tests.support.servers.kafka import NARROW_TOPICS, write_raw
from tests.support.servers.mongo import LocalDatabase
from tests.support.servers.secured import (
    OTHER,
    PREFIX,
    Certificates,
    SecuredKafka,
    as_user,
)
from tests.support.waiting import until

SERVICES: tuple[Service, ...] = get_args(Service)
CHANNELS: tuple[Channel, ...] = ("sms", "voice", "email", "push")
NOT_SERVED = ("notifier", REQUESTS["whatsapp"])
"""The demo has no account at who carries it."""
BUILDERS: dict[Service, tuple[type[ServiceSettings], Callable[[Any], FastAPI]]] = {
    "enrollment": (EnrollmentSettings, enrollment.build),
    "notifier": (NotifierSettings, partial(notifier.build, channels=CHANNELS)),
    "verifier": (VerifierSettings, verifier.build),
}


Having = Callable[[Account | Literal["admin"]], ServiceSettings]


@pytest.fixture(scope="module")
def kafka(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    """A broker with everybody's rights, the topics, and a record in each that is no event."""
    install_kafka(print)
    server = SecuredKafka(tmp_path_factory.mktemp("secured"), certificates)
    server.broker.start()
    with asyncio.Runner() as runner:
        runner.run(_furnish(server))
    yield server
    server.broker.stop(signal.SIGKILL)


async def _furnish(server: SecuredKafka) -> None:
    admin = server.settings("admin")
    await until(partial(_granted, admin))
    await _make_topics(server.settings("topics"))
    async with AIOKafkaProducer(**client_options(admin, "test")) as producer:
        for topic in TOPICS:
            await producer.send_and_wait(full_name(PREFIX, topic), b"no event", partition=0)


@pytest.fixture(scope="module", autouse=True)
def redacted(kafka: SecuredKafka) -> Iterator["Future[int]"]:
    """Meanwhile another installation on the broker is rid of a name, which takes seconds of waiting; how many went."""
    with ThreadPoolExecutor(1) as elsewhere:
        yield elsewhere.submit(asyncio.run, _redact(kafka))


async def _redact(server: SecuredKafka) -> int:
    admin = server.settings("admin", OTHER)
    await grant(admin)
    await ensure_topics(admin.kafka_url, OTHER, 1, topics=NARROW_TOPICS)
    await write_raw(admin, LIFECYCLE, b'{"displayName": "a phone"}', [], key=b"northbridge/sam")
    while True:
        with suppress(GroupLoadInProgressError):  # a broker that has just got its first group
            return await redact_lifecycle(server.settings("redactor", OTHER), lambda _: None)
        await asyncio.sleep(0.1)


async def _granted(settings: ServiceSettings) -> bool:
    """A broker that has just started listens before it takes such requests."""
    try:
        await grant(settings)
    except KafkaError:
        return False
    return True


async def _make_topics(settings: ServiceSettings) -> None:
    options = client_options(settings, "test")
    await ensure_topics(settings.kafka_url, PREFIX, 1, topics=NARROW_TOPICS, options=options)


@pytest.fixture
def having(kafka: SecuredKafka) -> Having:
    """Settings of whoever has an account."""
    return kafka.settings


async def writable(settings: ServiceSettings) -> set[str]:
    """The topics that take a record of this account."""
    taken = set()
    async with AIOKafkaProducer(**client_options(settings, "test")) as producer:
        for topic in TOPICS:
            with suppress(TopicAuthorizationFailedError):
                await producer.send_and_wait(full_name(PREFIX, topic), b"no event", partition=0)
                taken.add(topic.name)
    return taken


async def readable(settings: ServiceSettings) -> set[str]:
    """The topics of which this account gets a record."""
    given = set()
    async with reader(settings, "test") as consumer:
        for topic in TOPICS:
            with suppress(TopicAuthorizationFailedError):
                if await read_one(consumer, TopicPartition(full_name(PREFIX, topic), 0), 0):
                    given.add(topic.name)
    return given


async def groups_of(settings: ServiceSettings, place: Topic) -> set[str]:
    """The services whose group's place on a topic this account may move."""
    moved: set[str] = set()
    for service in SERVICES:
        group = f"{group_of(PREFIX, service)}.test"
        with suppress(GroupAuthorizationFailedError):
            async with AIOKafkaConsumer(**client_options(settings, "test"), group_id=group) as consumer:
                at = TopicPartition(full_name(PREFIX, place), 0)
                consumer.assign([at])
                await consumer.commit({at: 0})
                moved.add(service)
    return moved


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_writes_reads_and_commits_what_is_its_own_and_nothing_else(
    service: Service, having: Having
) -> None:
    settings = having(service)
    assert await writable(settings) == {topic.name for topic in TOPICS if service in topic.producers}
    assert await readable(settings) == {topic.name for topic in TOPICS if service in topic.consumers}
    own = next(topic for topic in TOPICS if service in topic.consumers)
    assert await groups_of(settings, own) == {service}


@pytest.mark.parametrize(
    ("operator", "reads", "writes"),
    [("watcher", True, False), ("topics", False, False)],
)
async def test_an_operator_who_watches_or_makes_topics_writes_none(
    operator: Account, having: Having, *, reads: bool, writes: bool
) -> None:
    settings = having(operator)
    assert bool(await readable(settings)) is reads
    assert bool(await writable(settings)) is writes


async def test_who_may_not_see_a_topic_is_not_told_that_it_is_empty(having: Having) -> None:
    for reading in (list_dead_letters(having("redactor")), tailed(having("replayer"), REQUESTS["sms"], "elsewhere")):
        with pytest.raises(TopicsNotShownError, match=r"kafka-acls\.yaml"):
            await anext(reading)


def tailed(settings: ServiceSettings, topic: Topic, prefix: str) -> AsyncIterator[object]:
    """The events of a topic with another prefix."""
    elsewhere = settings.model_copy(update={"topic_prefix": prefix})
    return tail(elsewhere, [topic], from_beginning=True, follow=False)


async def test_topics_are_made_again_by_who_may_and_by_nobody_else(having: Having) -> None:
    await _make_topics(having("topics"))
    with pytest.raises(KafkaError):
        await _make_topics(having("watcher"))


async def test_rights_are_given_once_and_what_is_too_much_is_taken_away(having: Having) -> None:
    admin = having("admin")
    assert await grant(admin) == Granted()
    more = Right(account_name(PREFIX, "notifier"), "topic", "literal", full_name(PREFIX, VERDICTS), "Write")
    await give(admin, more)
    await until(partial(has_right, having("notifier"), VERDICTS))
    assert await grant(admin, keep=True) == Granted()
    assert (await grant(admin)).taken == {more.account: 1}
    assert VERDICTS.name not in await writable(having("notifier"))


async def give(settings: ServiceSettings, right: Right) -> None:
    """As an administrator might by hand."""
    admin = AIOKafkaAdminClient(**client_options(settings, "test"))
    await admin.start()
    await granting._create(admin, {rule_of(right)})
    await admin.close()


async def has_right(settings: ServiceSettings, topic: Topic) -> bool:
    return topic.name in await writable(settings)


async def test_nobody_gives_rights_who_is_not_meant_to(having: Having) -> None:
    with pytest.raises(GrantError, match="may not give rights"):
        await grant(having("enrollment"))


async def test_a_broker_that_checks_nothing_is_said_so(settings: ServiceSettings) -> None:
    with pytest.raises(GrantError, match="authorizer"):
        await grant(settings)


async def test_each_service_runs_and_puts_aside_what_it_cannot_read(
    having: Having, mongodb: LocalDatabase, certificates: Certificates, tmp_path: Path
) -> None:
    for owner, content in new_keyrings(SystemClock().now()).items():
        (tmp_path / f"{owner}.json").write_text(json.dumps(content))
    async with AsyncExitStack() as up:
        for service in SERVICES:
            own = {"mongodb_url": as_user(mongodb, service, certificates), "keyring": tmp_path / f"{service}.json"}
            client = await up.enter_async_context(at_work(service, having(service).model_copy(update=own)))
            await until(partial(is_ready, client))
        expected: set[tuple[str, str]] = {
            (service, full_name(PREFIX, topic))
            for topic in TOPICS
            for service in SERVICES
            if service in topic.consumers and (service, topic) != NOT_SERVED
        }
        await until(partial(have_been_put_aside, having("watcher"), expected))
    letter = await anext(list_dead_letters(having("watcher")))
    assert await replay_dead_letter(having("replayer"), letter.id) == letter


@asynccontextmanager
async def at_work(service: Service, settings: ServiceSettings) -> AsyncIterator[AsyncClient]:
    """The service in this process, as `security-info serve` puts it together."""
    settings_class, build = BUILDERS[service]
    app = build(settings_class(**settings.model_dump(), _env_file=None))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://localhost") as client,
    ):
        yield client


async def is_ready(client: AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def have_been_put_aside(settings: ServiceSettings, expected: set[tuple[str, str]]) -> bool:
    found = {(letter.service, letter.origin_topic) async for letter in list_dead_letters(settings)}
    return found == expected


async def test_who_redacts_writes_the_topic_anew_and_no_other(redacted: "Future[int]", kafka: SecuredKafka) -> None:
    assert await asyncio.wrap_future(redacted) == 1
    settings = kafka.settings("redactor", OTHER)
    assert await readable(settings) == set()
    async with reader(settings, "test") as consumer:
        kept = [json.loads(found.body or b"") async for found in read_kept(consumer, [full_name(OTHER, LIFECYCLE)])]
    assert kept == [{"displayName": ""}]
