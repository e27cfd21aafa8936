"""What the services log of thousands of refusals is nobody's to read."""

import logging
from collections.abc import Iterator

import pytest
import structlog


def silence() -> None:
    """From now on only what is critical is logged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture(scope="module")
def silent() -> Iterator[None]:
    """The same as long as a module's tests run."""
    before = structlog.get_config()
    silence()
    yield
    structlog.configure(**before)
