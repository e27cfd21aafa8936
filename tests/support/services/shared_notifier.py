"""One notifier for all tests of a file: to start one, with topics of its own, takes as long as a test.

Its providers must stay well, since a notifier remembers who failed; and nobody else may use its database meanwhile.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from pymongo import MongoClient

from schemas.base import Channel
from tests.support.servers.kafka import with_topics
from tests.support.services.notifier import Bench, benched, notifying

NUMBERS = count(10_000)
"""A number gets one message in ten seconds, so nobody has that of somebody before."""


@asynccontextmanager
async def one_notifier(
    kafka_url: str, database: str, home: Path, channel: Channel = "sms", more: Mapping[str, Any] | None = None
) -> AsyncIterator[Bench]:
    """Ready, over an empty database; `more` goes into its configuration."""
    with MongoClient[dict[str, object]](database) as client:
        client.drop_database("notifier")
    async with benched(await with_topics(kafka_url), database, home) as made:
        config = yaml.safe_load(made.settings.config.read_text())
        made.settings.config.write_text(yaml.safe_dump({**config, **(more or {})}))
        async with notifying(made, channel):
            yield made


def newcomer(shared: Bench) -> Bench:
    """Somebody whom it does not know, at providers that have done nothing yet."""
    for provider in (shared.a, shared.b):
        provider.calls = provider.inquiries = 0
        provider.messages.clear()
    return replace(shared, user=f"user-{uuid4().hex[:12]}", number=f"+4477009{next(NUMBERS):05}")
