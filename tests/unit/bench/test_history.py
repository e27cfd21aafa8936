"""What a run is compared with, and what counts as slower."""

import json
from pathlib import Path
from typing import Any

from tests.bench.history import last_of, save, slower

HERE = {"cores": 2, "memoryGiB": 8.0, "system": "Linux", "databaseName": "mongod"}


def report(day: str, **machine: object) -> dict[str, Any]:
    return {"measuredAt": f"{day}T12:00:00", "machine": HERE | machine, "figures": {"p50": 10.0}}


def test_the_newest_run_of_a_machine_like_this_is_found(tmp_path: Path) -> None:
    for kept in (report("2026-01-01"), report("2026-01-02"), report("2026-01-03", cores=64)):
        save(kept, "<svg/>", tmp_path)
    found = last_of(HERE | {"loadBefore": 3}, tmp_path)
    assert found is not None
    assert found[0] == "bench-2026-01-02.json"
    assert last_of(HERE | {"cores": 4}, tmp_path) is None
    assert json.loads((tmp_path / "bench-2026-01-03.json").read_text())["machine"]["cores"] == 64


def test_slower_is_more_milliseconds_or_fewer_a_second_by_more_than_15_percent() -> None:
    before = {"figures": {"a": {"p50": 10.0, "perSecond": 100, "times": 0.5}, "b": 10, "new": 0, "words": "x"}}
    now = {"figures": {"a": {"p50": 11.6, "perSecond": 85, "times": 0.4}, "b": 11.4, "new": 5, "words": "y"}}
    assert slower(before, now) == ["a.p50: 10 → 11.6", "a.perSecond: 100 → 85", "a.times: 0.5 → 0.4"]
    assert slower(before, before) == []
