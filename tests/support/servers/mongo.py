"""A real database for tests: the one that is given, or one of our own on a free port."""

import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from pymongo import MongoClient

from deploy.local.servers.database import DatabaseProgram, find_database
from services.kit.mongo.client import Database
from services.kit.settings import ServiceSettings
from tests.support.servers.kafka import settings_for
from tests.support.servers.process import LocalServer


class LocalDatabase(LocalServer):
    """A database that is new."""

    name = "the database"
    start_within = 20.0

    def __init__(self, home: Path, program: DatabaseProgram) -> None:
        super().__init__(home)
        self.options: tuple[str, ...] = ()
        self._data = home / "data"
        self._data.mkdir(parents=True, exist_ok=True)
        self._program = program

    @property
    def url(self) -> str:
        """How the driver reaches it."""
        return f"mongodb://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return (*self._program.command(self.port, self._data), *self.options)


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that tests must leave running: the given one, else our own."""
    if given := os.environ.get("SECURITY_INFO_MONGODB_URL"):
        yield given
        return
    server = LocalDatabase(tmp_path_factory.mktemp("mongodb"), find_database())
    server.start()
    yield server.url
    server.stop(signal.SIGKILL)


@pytest.fixture
def absent_mongodb(tmp_path: Path) -> Iterator[LocalDatabase]:
    """A database of this test's own that does not run yet: stopping one takes seconds."""
    server = LocalDatabase(tmp_path / "mongodb", find_database())
    yield server
    server.stop(signal.SIGKILL)


@pytest.fixture
def own_mongodb(absent_mongodb: LocalDatabase) -> LocalDatabase:
    """A running database of this test's own, which it may stop and start."""
    absent_mongodb.start()
    return absent_mongodb


@pytest.fixture(scope="session")
def notifier_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDatabase]:
    """A database of which notifiers under test have the whole."""
    server = LocalDatabase(tmp_path_factory.mktemp("notifier-mongodb"), find_database())
    server.start()
    yield server
    server.stop(signal.SIGKILL)


@pytest.fixture
def notifier_database(notifier_server: LocalDatabase) -> str:
    """The address of that database, in which no notifier has left anything."""
    with MongoClient[dict[str, object]](notifier_server.url) as client:
        client.drop_database("notifier")
    return notifier_server.url


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """An empty database with a name that nobody else has."""
    settings: ServiceSettings = settings_for("127.0.0.1:1", "unused").model_copy(
        update={"mongodb_url": SecretStr(mongodb_url)}
    )
    opened = Database(settings, f"test_{uuid4().hex[:12]}")
    yield opened
    await opened.drop()
    await opened.close()
