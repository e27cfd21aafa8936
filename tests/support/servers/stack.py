"""The local stack for tests: real servers and services on free ports, with a home of the test run's own.

Calls block. A test that is a coroutine says `await asyncio.to_thread(stack.stop, "kafka")`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.commands.install import install_kafka
from deploy.local.given import given_servers
from deploy.local.stack import SERVERS, LocalStack, Ports

QUICKLY = {"SECURITY_INFO_RESET_SECONDS": "1.2", "SECURITY_INFO_RESET_SLOW_SECONDS": "3"}
"""The answers of a password reset: long enough for the product on a busy machine."""


@contextmanager
def local_stack(home: Path, **settings: str) -> Iterator[LocalStack]:
    """A stack of which nothing runs yet; `settings` go to every part. All that was started is stopped in the end."""
    given = {**given_servers(), "SECURITY_INFO_TOPIC_PREFIX": f"t{uuid4().hex[:8]}", **QUICKLY, **settings}
    with LocalStack(home, Ports.free(), environment=given) as stack:
        if "kafka" in stack.managed:
            install_kafka(print)
        yield stack


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Kafka with all topics, and the database; tests leave them running."""
    with local_stack(tmp_path_factory.mktemp("servers")) as stack:
        stack.start(*SERVERS)
        yield stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, kafka_url: str) -> Iterator[LocalStack]:
    """Everything, up, on the broker that all tests of the run share; whoever stops or kills a part starts it again."""
    with local_stack(tmp_path_factory.mktemp("stack"), SECURITY_INFO_KAFKA_URL=kafka_url) as whole:
        whole.up()
        yield whole


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[LocalStack]:
    """A stack of which nothing runs yet, for a test that breaks things."""
    with local_stack(tmp_path / "stack") as unstarted:
        yield unstarted
