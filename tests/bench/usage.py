"""What processes use, as Linux counts it: CPU, memory, file handles; children that they started count with them."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Usage:
    """CPU seconds since the start, megabytes that are resident, open file handles."""

    cpu: float
    resident: float
    handles: int


def usage_of(pid: int) -> Usage:
    """That of a process and of all below it now."""
    return _sum(map(_own, (pid, *_below(pid))))


def ticks_of_cores() -> tuple[int, int]:
    """Ticks that all cores worked, and that they had nothing to do (proc_stat(5))."""
    first, _, _ = Path("/proc/stat").read_text("ascii").partition("\n")
    user, nice, system, idle, iowait, irq, softirq, steal = map(int, first.split()[1:9])
    return user + nice + system + irq + softirq + steal, idle + iowait


def cpu_between(before: Mapping[str, Usage], after: Mapping[str, Usage]) -> dict[str, float]:
    """CPU seconds by name."""
    return {name: round(after[name].cpu - before[name].cpu, 3) for name in before}


def _own(pid: int) -> Usage:
    place = Path(f"/proc/{pid}")
    fields = (place / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
    pages = int((place / "statm").read_text("ascii").split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
    return Usage((int(fields[11]) + int(fields[12])) / TICKS, resident, len(list((place / "fd").iterdir())))


def _below(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in _children(task):
            yield child
            yield from _below(child)


def _children(task: Path) -> list[int]:
    """None of a thread that ended meanwhile, as a database's do."""
    try:
        return [int(child) for child in (task / "children").read_text("ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _sum(parts: Iterator[Usage]) -> Usage:
    found = list(parts)
    return Usage(sum(p.cpu for p in found), sum(p.resident for p in found), sum(p.handles for p in found))
