"""A platform of the running stack, and fresh people of it."""

from collections.abc import Iterator

import pytest

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody
from tests.support.services.records import require_equal_records


@pytest.fixture(scope="module")
def platform(stack: LocalStack) -> Platform:
    """Northbridge, with all scopes of this API."""
    return Platform(stack)


@pytest.fixture(scope="module")
def person(platform: Platform) -> Iterator[Somebody]:
    """Somebody who may register everything; each test adds what it needs. In the end the events tell what the database
    holds of them."""
    somebody = platform.person("everyone")
    yield somebody
    require_equal_records(platform.stack, somebody.id)


@pytest.fixture
def other(platform: Platform) -> Somebody:
    """Somebody else, with nothing registered."""
    return platform.person("everyone")
