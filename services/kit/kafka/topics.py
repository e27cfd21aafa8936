"""Creates the topics of `schemas.topics`, and corrects how long they are kept."""

from collections.abc import AsyncIterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from typing import Any

import stamina
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from schemas.topics import TOPICS, Topic, full_name, kafka_settings

LISTED_SOON = 0.02
LISTED_WITHIN = 10.0
SET_FOR_TOPIC = 1
"""`DYNAMIC_TOPIC_CONFIG` in Kafka's DescribeConfigs."""


class PartitionsDifferError(Exception):
    """A topic exists with another number of partitions; the message says which, and what to do."""


async def ensure_topics(
    bootstrap: str,
    prefix: str,
    replication: int,
    *,
    topics: Sequence[Topic] = TOPICS,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Create what is absent, and alter settings that differ. Safe to repeat and to run side by side.

    `options` are aiokafka's for TLS and SASL (`connection.client_options`). Partitions are never added: that would move
    keys to other partitions, where their next events overtake those that still wait.

    Raises:
        PartitionsDifferError: a topic has more or fewer partitions than wanted; nothing was changed.
        KafkaError: Kafka does not answer, or refuses.
    """
    admin = AIOKafkaAdminClient(**{"bootstrap_servers": bootstrap.split(","), **(options or {})})
    await admin.start()
    try:
        present = set(await admin.list_topics())
        wanted = {full_name(prefix, topic): topic for topic in topics}
        await _compare_partitions(admin, {name: topic for name, topic in wanted.items() if name in present})
        await _create(admin, {name: topic for name, topic in wanted.items() if name not in present}, replication)
        await _correct(admin, {name: topic for name, topic in wanted.items() if name in present})
        await _await_listed(admin, wanted.keys())
    finally:
        await admin.close()


@asynccontextmanager
async def with_settings(admin: AIOKafkaAdminClient, name: str, settings: dict[str, str]) -> AsyncIterator[None]:
    """Within it a topic has these settings beside its own; afterwards its own again."""
    own = await _own_settings(admin, name)
    await _alter(admin, name, own | settings)
    try:
        yield
    finally:
        await _alter(admin, name, own)


async def _compare_partitions(admin: AIOKafkaAdminClient, present: Mapping[str, Topic]) -> None:
    if not present:
        return
    counts = {about["topic"]: len(about["partitions"]) for about in await admin.describe_topics(list(present))}
    differing = [
        f"{name} has {counts[name]} and should have {topic.partitions}"
        for name, topic in present.items()
        if counts[name] not in {0, topic.partitions}
    ]
    if differing:
        raise PartitionsDifferError(
            f"partitions differ: {', '.join(differing)}; nothing was changed, see docs/runbooks/adding-partitions.md"
        )


async def _create(admin: AIOKafkaAdminClient, absent: Mapping[str, Topic], replication: int) -> None:
    if not absent:
        return
    answer = await admin.create_topics(
        [
            NewTopic(name, topic.partitions, replication, topic_configs=kafka_settings(topic))
            for name, topic in absent.items()
        ]
    )
    for name, code, *text in answer.topic_errors:
        _raise_for(code, f"{name}: {text[0] if text else ''}", ignored=TopicAlreadyExistsError.errno)


@stamina.retry(
    on=UnknownTopicOrPartitionError,
    timeout=LISTED_WITHIN,
    attempts=None,
    wait_initial=LISTED_SOON,
    wait_max=0.5,
    wait_jitter=LISTED_SOON,
)
async def _await_listed(admin: AIOKafkaAdminClient, names: Set[str]) -> None:
    """A topic is shown a moment after it was created; whoever asks next must find it."""
    if names - set(await admin.list_topics()):
        raise UnknownTopicOrPartitionError


async def _correct(admin: AIOKafkaAdminClient, present: Mapping[str, Topic]) -> None:
    for name, topic in present.items():
        own = await _own_settings(admin, name)
        wanted = own | kafka_settings(topic)
        if own == wanted:
            continue
        await _alter(admin, name, wanted)


async def _alter(admin: AIOKafkaAdminClient, name: str, wanted: Mapping[str, str]) -> None:
    for response in await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, dict(wanted))]):
        for code, text, *_ in response.resources:
            _raise_for(code, f"{name}: {text}")


async def _own_settings(admin: AIOKafkaAdminClient, name: str) -> dict[str, str]:
    """The settings that were set for this topic; altering replaces all of them at once."""
    found: dict[str, str] = {}
    for response in await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)]):
        for code, text, _, __, entries in response.resources:
            _raise_for(code, f"{name}: {text}")
            found |= {setting: value for setting, value, _, source, *_ in entries if source == SET_FOR_TOPIC}
    return found


def _raise_for(code: int, text: str, *, ignored: int = 0) -> None:
    if code not in {0, ignored}:
        raise for_code(code)(text)
