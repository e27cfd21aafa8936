"""Fixtures that every suite may ask for, and what they share."""

import gc
import sys
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests.support.order import places_of
from tests.support.servers.run import begin_run, end_run
from tests.support.silence import log_plainly
from tests.support.web.shared_browser import SHARED

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

pytest_plugins = [
    "tests.support.people.command_line",
    "tests.support.servers.kafka",
    "tests.support.servers.mongo",
    "tests.support.servers.stack",
]


def pytest_configure(config: pytest.Config) -> None:
    """Workers inherit the folder of the run from the process that starts them."""
    log_plainly()
    if not is_worker(config):
        begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """After the workers, if there are any."""
    if not is_worker(config):
        end_run()


def is_worker(config: pytest.Config) -> bool:
    """Whether pytest-xdist started this process."""
    return hasattr(config, "workerinput")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays until the end: looking for garbage among it took a quarter of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Only where several workers share the files: alone, the quick ones come first."""
    if config.getoption("dist", "no") != "no" or is_worker(config):
        places = places_of(item.path for item in items)
        items.sort(key=lambda item: places[item.path])


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The browser of the end-to-end tests would hold the event loop that others need."""
    if "e2e" not in item.path.parts:
        SHARED.close()


def pytest_sessionfinish() -> None:
    """Nobody needs the browser any more."""
    SHARED.close()


@pytest.fixture(autouse=True)
def _read_in_english() -> None:
    """A test reads in the language that it chooses, not in that of the one before."""
    if texts := sys.modules.get("services.enrollment.i18n"):
        texts.read_in("en")
