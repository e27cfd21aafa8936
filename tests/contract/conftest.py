"""Fixtures: pages on a stage, for the tests of what they look like and of what they tell; the product in this process;
and silence."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.attack.lab import lab_target
from tests.support.in_memory.people import World
from tests.support.one_process.product import Product
from tests.support.silence import silent
from tests.support.web.staged_pages import bare, browser, pages

__all__ = ["bare", "browser", "pages", "silent"]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, silent: None) -> Iterator[Product]:
    """All of it but broker, database and processes, on loopback."""
    with Product(tmp_path_factory.mktemp("product")).running() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Enrollment and the verifier over documents in memory, without a notifier, and whoever walks there."""
    async with lab_target(tmp_path_factory.mktemp("lab")) as (lab, target):
        yield World(lab, target)
        assert lab.log.failures == []
