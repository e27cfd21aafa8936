"""A verifier at work: one for all tests of a file, and a person of its own for each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.support.servers.kafka import with_topics
from tests.support.services.verifier import Bench, benched


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_bench(kafka_url: str, mongodb_url: str) -> AsyncIterator[Bench]:
    """A verifier that is ready, with hashes as dear as in production."""
    async with benched(await with_topics(kafka_url), mongodb_url) as made:
        yield made


@pytest.fixture
def bench(shared_bench: Bench) -> Bench:
    """The same verifier, and somebody whom it does not know."""
    return replace(shared_bench, user=f"user-{uuid4().hex[:12]}")
