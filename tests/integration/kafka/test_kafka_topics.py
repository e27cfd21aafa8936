"""Topics as the table says, and reading them from outside, on a real broker."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.envelope import Envelope
from schemas.topics import DEAD_LETTERS, LIFECYCLE, SUBMISSIONS, Topic, full_name, kafka_settings
from services.kit.kafka.tail import tail
from services.kit.kafka.topics import PartitionsDifferError, ensure_topics
from services.kit.settings import ServiceSettings
from tests.support.builders.events import step
from tests.support.servers.kafka import event_broker, running, write_raw
from tests.support.waiting import until

TOPICS = (LIFECYCLE, SUBMISSIONS, DEAD_LETTERS)


async def described(url: str, prefix: str, topic: Topic) -> tuple[int, dict[str, str]]:
    """Partitions, and the settings that the table has a word on."""
    name = full_name(prefix, topic)
    admin = AIOKafkaAdminClient(bootstrap_servers=url)
    await admin.start()
    try:
        (about,) = await admin.describe_topics([name])
        (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    finally:
        await admin.close()
    settings = {entry[0]: entry[1] for entry in answer.resources[0][4]}
    return len(about["partitions"]), {key: settings.get(key, "not told yet") for key in kafka_settings(topic)}


async def as_the_table_says(url: str, prefix: str, topic: Topic) -> bool:
    """Whether the broker describes it so; it learns of a new topic a moment after it was created."""
    return await described(url, prefix, topic) == (topic.partitions, kafka_settings(topic))


async def test_topics_are_created_as_the_table_says_and_again_changes_nothing(kafka_url: str) -> None:
    prefix = f"t{uuid4().hex[:8]}"
    for _ in range(2):
        await ensure_topics(kafka_url, prefix, 1, topics=TOPICS)
        for topic in TOPICS:
            await until(partial(as_the_table_says, kafka_url, prefix, topic))


async def test_a_retention_that_differs_is_corrected(kafka_url: str) -> None:
    prefix = f"t{uuid4().hex[:8]}"
    before = replace(SUBMISSIONS, retention=timedelta(days=30), segment=None)
    await ensure_topics(kafka_url, prefix, 1, topics=[before])
    await ensure_topics(kafka_url, prefix, 1, topics=[SUBMISSIONS])
    await until(partial(as_the_table_says, kafka_url, prefix, SUBMISSIONS))


@pytest.mark.parametrize("partitions", [LIFECYCLE.partitions + 1, 1])
async def test_a_number_of_partitions_that_differs_is_refused_and_nothing_is_changed(
    kafka_url: str, partitions: int
) -> None:
    prefix = f"t{uuid4().hex[:8]}"
    before = replace(LIFECYCLE, partitions=partitions, retention=timedelta(days=3))
    await ensure_topics(kafka_url, prefix, 1, topics=[before])
    with pytest.raises(PartitionsDifferError, match=f"{prefix}.lifecycle has {partitions} and should have 12"):
        await ensure_topics(kafka_url, prefix, 1, topics=TOPICS)
    await until(partial(as_the_table_says, kafka_url, prefix, before))
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    await admin.start()
    assert [name for name in await admin.list_topics() if name.startswith(prefix)] == [f"{prefix}.lifecycle"]
    await admin.close()


async def test_a_service_tells_when_partitions_are_added_under_it(settings: ServiceSettings) -> None:
    name = full_name(settings.topic_prefix, LIFECYCLE)
    with structlog.testing.capture_logs() as logs:
        async with running(event_broker(settings)):
            admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_url)
            await admin.start()
            await admin.create_partitions({name: NewPartitions(5)})
            await admin.close()
            await until(lambda: any(told.get("partitions") == 5 for told in logs))
    told = [(entry["expected"], entry["partitions"]) for entry in logs if entry.get("topic") == name]
    assert told == [(12, 3), (3, 5)]


async def test_what_is_kept_is_read_to_its_end_without_what_is_no_event(settings: ServiceSettings) -> None:
    events = [step("sam", number) for number in range(1, 6)]
    async with running(event_broker(settings)) as broker:
        await write_raw(settings, LIFECYCLE, b"no event", [("x", None)], key=b"northbridge/sam")
        for event in events:
            await broker.publish(LIFECYCLE, event)
    read = [entry async for entry in tail(settings, TOPICS, from_beginning=True, follow=False)]
    assert read == [(LIFECYCLE, event) for event in events]


async def test_nothing_kept_ends_at_once(settings: ServiceSettings) -> None:
    assert [entry async for entry in tail(settings, TOPICS, from_beginning=True, follow=False)] == []


async def test_what_comes_is_followed(settings: ServiceSettings) -> None:
    seen: list[Envelope] = []
    first, second = step("sam", 1), step("sam", 2)
    async with running(event_broker(settings)) as broker:
        await broker.publish(LIFECYCLE, first)
        events = tail(settings, [LIFECYCLE], from_beginning=True, follow=True)
        async for _, event in events:
            seen.append(event)
            if event == second:
                break
            await broker.publish(LIFECYCLE, second)
        await events.aclose()  # type: ignore[attr-defined]  # an async generator
    assert seen == [first, second]
