"""In which order the tests of a mutant run."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.fastest_first import fastest_first, seconds_of


@dataclass(frozen=True)
class Named:
    nodeid: str


def test_the_fastest_come_first_after_those_that_nobody_measured() -> None:
    slow, new, fast = (Named(name) for name in ("slow", "new", "fast"))
    assert fastest_first([slow, new, fast], {"slow": 2.5, "fast": 0.1}) == [new, fast, slow]


def test_the_seconds_are_those_that_mutmut_measured(tmp_path: Path) -> None:
    statistics = tmp_path / "mutmut-stats.json"
    statistics.write_text(json.dumps({"duration_by_test": {"tests/a.py::test": 0.5}, "stats_time": 1.0}), "utf-8")
    assert seconds_of(statistics) == {"tests/a.py::test": 0.5}


def test_before_the_first_measurement_there_are_none(tmp_path: Path) -> None:
    assert seconds_of(tmp_path / "mutmut-stats.json") == {}
