"""Processes that a run began, and that are still there in the end: a replica whose thread hangs, for instance."""

import os
import signal
from collections.abc import Set
from contextlib import suppress
from pathlib import Path

PROCESSES = Path("/proc")


def children() -> frozenset[int]:
    """Of this process, as Linux tells; none elsewhere."""
    found = set()
    for place in PROCESSES.glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            after_name = place.read_text("utf-8", "replace").rpartition(")")[2].split()
            if int(after_name[1]) == os.getpid() and after_name[0] != "Z":
                found.add(int(place.parent.name))
    return frozenset(found)


def end_all_but(kept: Set[int]) -> int:
    """`kill -9` all other children; how many there were."""
    left = children() - kept
    for process in left:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return len(left)
