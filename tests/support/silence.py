"""What the services log in a test's process: as little as is needed to see why a test failed."""

import logging
from collections.abc import Iterator

import pytest
import structlog


def log_plainly() -> None:
    """As in the demo. By itself structlog draws each traceback with all its variables, for a second of CPU."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )


def silence() -> None:
    """From now on only what is critical is logged: thousands of refusals are nobody's to read."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@pytest.fixture(scope="module")
def silent() -> Iterator[None]:
    """The same as long as a module's tests run."""
    before = structlog.get_config()
    silence()
    yield
    structlog.configure(**before)
