"""Publishing on a real broker while a topic takes nothing, or takes nothing so large."""

import asyncio
from dataclasses import replace

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.envelope import Envelope
from schemas.topics import DELIVERIES, LIFECYCLE, Topic, full_name
from services.kit.clock import monotonic
from services.kit.kafka.broker import EventBroker, PublishFailedError
from services.kit.kafka.metrics import PRODUCERS_REPLACED
from services.kit.kafka.tail import tail
from services.kit.mongo.outbox import EventTooLargeError
from services.kit.settings import ServiceSettings
from tests.support.builders.events import step, too_long
from tests.support.servers.kafka import event_broker, running
from tests.support.waiting import until


async def set_for(settings: ServiceSettings, topic: Topic, changed: dict[str, str]) -> None:
    """Change settings of a topic."""
    name = full_name(settings.topic_prefix, topic)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_url)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, changed)])
    finally:
        await admin.close()


async def too_large(broker: EventBroker, event: Envelope) -> bool:
    """Whether Kafka refuses it; a topic's settings are in force a moment after they are changed."""
    try:
        await broker.publish(LIFECYCLE, event)
    except EventTooLargeError:
        return True
    return False


async def taken(broker: EventBroker, event: Envelope) -> bool:
    """Whether Kafka took it."""
    try:
        await broker.publish(LIFECYCLE, event)
    except PublishFailedError:
        return False
    return True


async def test_a_topic_that_takes_nothing_does_not_hold_up_the_others(settings: ServiceSettings) -> None:
    absent = replace(LIFECYCLE, name="absent")
    replaced = PRODUCERS_REPLACED._value.get()
    async with running(event_broker(settings)) as broker:
        await broker.publish(DELIVERIES, step("sam", 1))
        sick = [asyncio.create_task(broker.publish(absent, step(f"user {number}", 1))) for number in range(80)]
        slowest = 0.0
        while not all(task.done() for task in sick):
            began = monotonic()
            await broker.publish(DELIVERIES, step("sam", 1))
            slowest = max(slowest, monotonic() - began)
            await asyncio.sleep(0.05)
        assert all(isinstance(task.exception(), PublishFailedError) for task in sick)
    assert slowest < 4
    assert PRODUCERS_REPLACED._value.get() == replaced


async def test_after_an_event_that_is_too_large_its_partition_takes_the_next(settings: ServiceSettings) -> None:
    await set_for(settings, LIFECYCLE, {"max.message.bytes": "20000"})
    huge = step("sam", 1)
    huge = replace(huge, event=too_long(50_000))
    async with running(event_broker(settings)) as broker:
        await until(lambda: too_large(broker, huge))
        await until(lambda: taken(broker, step("sam", 2)))
        await broker.publish(LIFECYCLE, step("sam", 3))
    seen = [event async for _, event in tail(settings, [LIFECYCLE], from_beginning=True, follow=False)]
    assert [event.sequence for event in seen if event.id != huge.id] == [2, 3]
