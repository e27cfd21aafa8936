"""Fixtures that every suite may ask for, and what they share."""

import pytest
from hypothesis import settings

from tests.support.order import place_of
from tests.support.shared_browser import SHARED

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

pytest_plugins = ["tests.support.kafka", "tests.support.mongo", "tests.support.stack"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only where several workers share the files: alone, the quick ones come first."""
    if config.getoption("dist", "no") != "no" or hasattr(config, "workerinput"):
        items.sort(key=lambda item: place_of(item.path))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The browser of the end-to-end tests would hold the event loop that others need."""
    if "e2e" not in item.path.parts:
        SHARED.close()


def pytest_sessionfinish() -> None:
    """Nobody needs the browser any more."""
    SHARED.close()
