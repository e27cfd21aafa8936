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
from tests.support.servers.run import run_home
from tests.support.servers.shared_stack import shared_stack

QUICKLY = {"SECURITY_INFO_RESET_SECONDS": "1.2", "SECURITY_INFO_RESET_SLOW_SECONDS": "3"}
"""The answers of a password reset: long enough for the product on a busy machine."""


@contextmanager
def local_stack(home: Path, **settings: str) -> Iterator[LocalStack]:
    """A stack of which nothing runs yet; `settings` go to every part. All that was started is stopped in the end."""
    with LocalStack(home, Ports.free(), environment=settings_of_tests(**settings)) as stack:
        if "kafka" in stack.managed:
            install_kafka(print)
        yield stack


def settings_of_tests(**settings: str) -> dict[str, str]:
    """What goes to every part of a stack: the servers that are given, topics of its own, answers that come soon."""
    return {**given_servers(), "SECURITY_INFO_TOPIC_PREFIX": f"t{uuid4().hex[:8]}", **QUICKLY, **settings}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Kafka with all topics, and the database; tests leave them running."""
    with local_stack(tmp_path_factory.mktemp("servers")) as stack:
        stack.start(*SERVERS)
        yield stack


@pytest.fixture(scope="session")
def stack(kafka_url: str) -> LocalStack:
    """Everything, up, on the broker that all tests of the run share. Several processes use it at once: nobody stops a
    part of it, and who changes a policy says so (`kept_policy`)."""
    return shared_stack(run_home() / "stack", kafka_url)


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[LocalStack]:
    """A stack of which nothing runs yet, for a test that breaks things."""
    with local_stack(tmp_path / "stack") as unstarted:
        yield unstarted
