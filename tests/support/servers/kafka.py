"""A real Kafka broker for tests: the one that is given, or one of our own on a free port."""

import fcntl
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.local.commands.install import install_kafka
from deploy.local.servers.kafka import broker, prepare
from schemas.topics import TOPICS, Topic, full_name
from services.kit.clock import SystemClock
from services.kit.crypto.event_mac import EventMac
from services.kit.crypto.keyring import ServiceName
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.topics import ensure_topics
from services.kit.settings import ServiceSettings
from tests.support.builders.keys import keyring
from tests.support.servers.process import LocalServer, free_port
from tests.support.servers.run import leave, run_home
from tests.support.waiting import until

PARTITIONS = 3
NARROW_TOPICS = [replace(topic, partitions=min(topic.partitions, PARTITIONS)) for topic in TOPICS]
"""A broker with thousands of partitions takes long to restart."""


class LocalKafka(LocalServer):
    """The local stack's broker."""

    name = "Kafka"
    start_within = 60.0

    def __init__(self, home: Path, prepare: Callable[[Path, int, int], Path] = prepare) -> None:
        super().__init__(home)
        self._properties = prepare(home, self.port, free_port())

    @property
    def url(self) -> str:
        """Bootstrap server."""
        return f"127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return broker(self._properties)


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A broker of this file's own, which tests may stop and start. Idle, it takes over a second of CPU a minute."""
    install_kafka(print)
    server = LocalKafka(tmp_path_factory.mktemp("kafka"))
    server.start()
    yield server
    server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def kafka_url() -> str:
    """A broker that tests must leave running: the given one, else that of the test run."""
    return os.environ.get("SECURITY_INFO_KAFKA_URL") or shared_kafka(run_home())


def shared_kafka(home: Path) -> str:
    """The bootstrap server of the broker that all processes of a test run share. The first to ask starts it; it ends
    with the run."""
    with (home / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        address = home / "kafka.address"
        if not address.exists():
            install_kafka(print)
            server = LocalKafka(home / "kafka")
            server.start()
            leave(home, server.pid)
            address.write_text(server.url, "utf-8")
        return address.read_text("utf-8")


@pytest.fixture
async def settings(kafka_url: str) -> ServiceSettings:
    """Settings with topics of this test's own."""
    return await with_topics(kafka_url)


async def with_topics(url: str, topics: Sequence[Topic] = NARROW_TOPICS) -> ServiceSettings:
    """Create topics under a prefix that nobody else has, and say how to reach them."""
    made = settings_for(url, f"t{uuid4().hex[:8]}")

    async def ensured() -> bool:
        """A broker that has just started listens before it takes such requests."""
        try:
            await ensure_topics(made.kafka_url, made.topic_prefix, 1, topics=topics)
        except KafkaError:
            return False
        return True

    await until(ensured)
    return made


def settings_for(url: str, prefix: str) -> ServiceSettings:
    """Settings of a demo service, whatever the environment says."""
    return ServiceSettings(
        _env_file=None, environment="demo", kafka_url=url, topic_prefix=prefix, keyring=Path("unused.json")
    )


@asynccontextmanager
async def running(events: EventBroker, *, ready: bool = True) -> AsyncIterator[EventBroker]:
    """Start, wait until ready, stop."""
    await events.start()
    try:
        if ready:
            await until(events.ready)
        yield events
    finally:
        await events.stop()


def event_broker(settings: ServiceSettings, service: ServiceName = "enrollment") -> EventBroker:
    """A broker as a service has it."""
    return EventBroker(settings, service, SystemClock(), EventMac(keyring(service)))


async def write_raw(
    settings: ServiceSettings,
    topic: Topic,
    value: bytes | None,
    headers: list[tuple[str, bytes | None]],
    key: bytes | None = None,
) -> tuple[int, int]:
    """Put any bytes on a topic; returns partition and offset."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_url)
    await producer.start()
    try:
        told = await producer.send_and_wait(full_name(settings.topic_prefix, topic), value, key=key, headers=headers)
        return told.partition, told.offset
    finally:
        await producer.stop()
