"""The topics of `schemas/topics.py`: created on a broker, and written down for operators in `deploy/topics.yaml`."""

from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.errors import StackError
from deploy.local.places import ROOT
from schemas.topics import TOPICS, Topic, full_name, kafka_settings

FILE = ROOT / "deploy" / "topics.yaml"
DEFAULT_PREFIX = "security-info"
HEADER = "# Generated from schemas/topics.py by `python -m deploy.local topics`; do not edit.\n"
PRODUCTION_COPIES = 3
PRODUCTION_SETTINGS = {"min.insync.replicas": "2"}
"""What a cluster of three or more brokers adds."""

ALREADY_EXISTS = 36


def as_yaml() -> str:
    """All topics with the settings of production."""
    return HEADER + yaml.safe_dump({"topics": [_described(topic) for topic in TOPICS]}, sort_keys=False, width=120)


async def ensure_topics(servers: str, prefix: str) -> None:
    """Create the absent topics with one copy each, and correct how long the others are kept.

    Raises:
        StackError: the broker refused a topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        present = set(await admin.list_topics())
        wanted = {full_name(prefix, topic): topic for topic in TOPICS}
        absent = [
            NewTopic(name, topic.partitions, replication_factor=1, topic_configs=kafka_settings(topic))
            for name, topic in wanted.items()
            if name not in present
        ]
        if absent:
            _refuse_errors(await admin.create_topics(absent))
        kept = [
            ConfigResource(ConfigResourceType.TOPIC, name, configs=kafka_settings(topic))
            for name, topic in wanted.items()
            if name in present
        ]
        if kept:
            await admin.alter_configs(kept)
    finally:
        await admin.close()


def _described(topic: Topic) -> dict[str, Any]:
    return {
        "name": full_name(DEFAULT_PREFIX, topic),
        "partitions": topic.partitions,
        "replicationFactor": PRODUCTION_COPIES,
        "producers": list(topic.producers),
        "consumers": list(topic.consumers),
        "config": {**kafka_settings(topic), **PRODUCTION_SETTINGS},
    }


def _refuse_errors(response: Any) -> None:
    for topic, code, *message in response.topic_errors:
        if code not in (0, ALREADY_EXISTS):
            raise StackError(f"Kafka refused the topic {topic}: {message[0] if message else f'error {code}'}")
