"""A pytest plugin: of the tests that may notice a mutant, the fastest run first, so that most die within milliseconds.

mutmut hands them over in no order where it forks from a server of its own.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import pytest


class Test(Protocol):
    """Something of pytest's that has an id."""

    @property
    def nodeid(self) -> str: ...


T = TypeVar("T", bound=Test)
_seconds: dict[str, float] = {}
"""By test; read once, in the process that mutants are forked from."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each run, of all tests as of those of one mutant."""
    if config.option.collectonly:
        _seconds.update(seconds_of(config.rootpath / "mutmut-stats.json"))
    items[:] = fastest_first(items, _seconds)


def seconds_of(statistics: Path) -> Mapping[str, float]:
    """How long each test took, once mutmut has measured it."""
    if not statistics.exists():
        return {}
    measured: Mapping[str, float] = json.loads(statistics.read_text("utf-8"))["duration_by_test"]
    return measured


def fastest_first(tests: Iterable[T], seconds: Mapping[str, float]) -> list[T]:
    """What was not measured comes before all others."""
    return sorted(tests, key=lambda test: seconds.get(test.nodeid, 0.0))
