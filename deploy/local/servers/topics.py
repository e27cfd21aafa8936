"""The topics of `schemas/topics.py`, written down for operators in `deploy/topics.yaml`."""

from typing import Any

import yaml

from deploy.local.places import ROOT
from schemas.topics import TOPICS, Topic, full_name, kafka_settings

FILE = ROOT / "deploy" / "topics.yaml"
DEFAULT_PREFIX = "security-info"
HEADER = "# Generated from schemas/topics.py by `python -m deploy.local topics`; do not edit.\n"
PRODUCTION_COPIES = 3
PRODUCTION_SETTINGS = {"min.insync.replicas": "2"}
"""What a cluster of three or more brokers adds."""


def as_yaml() -> str:
    """All topics with the settings of production."""
    return HEADER + yaml.safe_dump({"topics": [_described(topic) for topic in TOPICS]}, sort_keys=False, width=120)


def _described(topic: Topic) -> dict[str, Any]:
    return {
        "name": full_name(DEFAULT_PREFIX, topic),
        "partitions": topic.partitions,
        "replicationFactor": PRODUCTION_COPIES,
        "producers": list(topic.producers),
        "consumers": list(topic.consumers),
        "config": {**kafka_settings(topic), **PRODUCTION_SETTINGS},
    }
