"""A platform of the product in this process, and fresh people of each policy of the demo."""

from collections.abc import Iterator

import pytest

from tests.support.one_process.product import Product
from tests.support.people.api import Platform, Somebody


@pytest.fixture(scope="module")
def platform(product: Product) -> Platform:
    """Northbridge, with all scopes of this API."""
    return Platform(product)


@pytest.fixture
def sam(product: Product, platform: Platform) -> Iterator[Somebody]:
    """Who needs a phone. Whatever the test does, the events replayed give the record in the database."""
    yield from told_of(product, platform, "frontline")


@pytest.fixture
def alex(product: Product, platform: Platform) -> Iterator[Somebody]:
    """Who needs the app and a phone."""
    yield from told_of(product, platform, "staff")


@pytest.fixture
def kim(product: Product, platform: Platform) -> Iterator[Somebody]:
    """Who needs any two methods."""
    yield from told_of(product, platform, "everyone")


def told_of(product: Product, platform: Platform, group: str) -> Iterator[Somebody]:
    somebody = platform.person(group)
    yield somebody
    product.require_equal_records(somebody.id)
