"""A platform of the product in this process, and fresh people of it."""

from collections.abc import Iterator

import pytest

from tests.support.one_process.product import Product
from tests.support.people.api import Platform, Somebody


@pytest.fixture(scope="module")
def platform(product: Product) -> Platform:
    """Northbridge, with all scopes of this API."""
    return Platform(product)


@pytest.fixture(scope="module")
def person(product: Product, platform: Platform) -> Iterator[Somebody]:
    """Somebody who may register everything; each test adds what it needs. In the end the events tell what the database
    holds of them."""
    yield from told_of(product, platform)


@pytest.fixture
def other(product: Product, platform: Platform) -> Iterator[Somebody]:
    """Somebody else, with nothing registered."""
    yield from told_of(product, platform)


def told_of(product: Product, platform: Platform) -> Iterator[Somebody]:
    somebody = platform.person("everyone")
    yield somebody
    product.require_equal_records(somebody.id)
