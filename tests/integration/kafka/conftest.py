"""Topics of a test's own, as few partitions as will do: to make 31 of them takes half as much again as to make 13."""

from dataclasses import replace

import pytest

from schemas.topics import LIFECYCLE, TOPICS
from services.kit.settings import ServiceSettings
from tests.support.servers.kafka import PARTITIONS, with_topics

NARROW_TOPICS = [replace(topic, partitions=PARTITIONS if topic is LIFECYCLE else 1) for topic in TOPICS]


@pytest.fixture
async def settings(kafka_url: str) -> ServiceSettings:
    """Settings with topics of this test's own; only `lifecycle`, on which they write, has several partitions."""
    return await with_topics(kafka_url, NARROW_TOPICS)
