"""Certificates of an authority of the tests' own, and the database as in production."""

import signal
from collections.abc import Iterator

import pytest

from deploy.local.servers.database import find_database
from tests.support.servers.mongo import LocalDatabase
from tests.support.servers.secured import (
    Certificates,
    secured_database,
)


@pytest.fixture(scope="package")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="package")
def mongodb(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDatabase]:
    """A database with the users."""
    server = secured_database(tmp_path_factory.mktemp("mongodb"), find_database(), certificates)
    yield server
    server.stop(signal.SIGKILL)
