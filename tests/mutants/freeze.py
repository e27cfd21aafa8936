"""A pytest plugin for the process that mutants are forked from: what it has loaded is left to itself.

Without this, the first garbage collection of each fork would copy nearly all of its memory: four times as slow.
"""

import gc

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """All tests are imported."""
    if session.config.option.collectonly:
        gc.collect()
        gc.freeze()
