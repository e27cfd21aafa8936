"""Runs that were kept, and what became slower since the last one of the same machine."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.local.places import ROOT

SAVED = ROOT / "docs" / "benchmarks"
SLOWER = 1.15
RATES = ("perSecond", ".bare", ".times")
"""Ends of the names of what is better the more it is."""
SAME = ("cores", "memoryGiB", "system", "databaseName")
"""What must be the same of two machines for their figures to be compared."""

Report = Mapping[str, Any]


def last_of(machine: Report, folder: Path = SAVED) -> tuple[str, Report] | None:
    """The newest run that was kept of a machine like this one, with the name of its file."""
    for path in sorted(folder.glob("bench-*.json"), reverse=True):
        report = json.loads(path.read_text("utf-8"))
        if all(report["machine"].get(name) == machine.get(name) for name in SAME):
            return path.name, report
    return None


def slower(before: Report, now: Report) -> list[str]:
    """Each figure that became worse by more than 15 %, in words."""
    was, found = dict(_figures(before["figures"])), []
    for name, value in _figures(now["figures"]):
        old = was.get(name)
        if old and value and (old / value if name.endswith(RATES) else value / old) > SLOWER:
            found.append(f"{name}: {old:g} → {value:g}")
    return found


def save(report: Report, picture: str, folder: Path = SAVED, kind: str = "bench") -> Path:
    """Keep a run and its picture under the day that it was made on."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}-{str(report['measuredAt'])[:10]}.json"
    path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    path.with_suffix(".svg").write_text(picture, "utf-8")
    return path


def _figures(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, float]]:
    for name, value in part.items():
        if name == "cycles":
            continue
        if isinstance(value, Mapping):
            yield from _figures(value, f"{above}{name}.")
        elif isinstance(value, int | float):
            yield f"{above}{name}", float(value)
