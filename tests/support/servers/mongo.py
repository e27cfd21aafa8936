"""A real database for tests: the one that is given, or one of our own on a free port."""

import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr
from pymongo import MongoClient

from deploy.local.servers.database import DatabaseProgram, find_database
from services.kit.mongo.client import Database
from services.kit.settings import ServiceSettings
from tests.support.servers.kafka import free_port, listens, settings_for

START_WITHIN = 20.0
STOP_WITHIN = 10.0


class LocalDatabase:
    """One process; `stop` and `start` keep its data."""

    def __init__(self, home: Path, program: DatabaseProgram) -> None:
        self.port = free_port()
        self.options: tuple[str, ...] = ()
        self._home = home
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """How the driver reaches it."""
        return f"mongodb://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it takes connections."""
        data = self._home / "data"
        data.mkdir(parents=True, exist_ok=True)
        with (self._home / "database.log").open("ab") as log:
            self._process = subprocess.Popen(
                (*self._program.command(self.port, data), *self.options), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_WITHIN
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the database did not start; see {self._home / 'database.log'}")
            time.sleep(0.02)

    def freeze(self) -> None:
        """Keep all connections and answer nothing, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


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
def own_mongodb(tmp_path: Path) -> Iterator[LocalDatabase]:
    """A running database of this test's own, which it may stop and start."""
    server = LocalDatabase(tmp_path / "mongodb", find_database())
    server.start()
    yield server
    server.stop(signal.SIGKILL)


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
    opened.close()
