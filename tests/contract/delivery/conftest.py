"""The platform of the product in this process, and somebody who needs a phone."""

import pytest

from tests.support.one_process.product import Product
from tests.support.people.api import Platform, Somebody


@pytest.fixture(scope="module")
def platform(product: Product) -> Platform:
    """Northbridge, with all scopes of this API."""
    return Platform(product)


@pytest.fixture
def sam(product: Product, platform: Platform) -> Somebody:
    """Who needs a phone; the platform's clock is the product's."""
    platform.offset = product.ahead
    return platform.person("frontline")
