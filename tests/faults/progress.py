"""How far a run is, a line for each fault, with the time that is left."""

import time
from collections.abc import Sequence

from rich.console import Console

from tests.faults.breaking.scene import Fault
from tests.faults.report import Done


class Progress:
    """What is left is worked out from what the faults take on a quiet machine, and what those took that are done."""

    def __init__(self, chosen: Sequence[Fault], console: Console) -> None:
        self._left, self._console, self._count = list(chosen), console, len(chosen)
        self._taken = self._expected = 0.0
        self._acting = self._people = 0
        self._began = time.monotonic()

    def left_out(self, fault: Fault) -> None:
        self._left.remove(fault)
        self._console.print(f"{fault.name}: not done, this machine lacks {fault.needs}", highlight=False)

    def begins(self, fault: Fault, people: int) -> None:
        self._acting, self._people, self._began = 0, people, time.monotonic()
        number = self._count - len(self._left) + 1
        minutes = self.seconds_left / 60
        self._console.print(
            f"[{number}/{self._count}] {fault.name}: {people} people; about {minutes:.0f} min left",
            highlight=False,
            markup=False,
        )

    def told(self) -> None:
        """One of the people is done."""
        self._acting += 1
        if self._console.is_terminal:
            self._console.print(f"  {self._acting} of {self._people}", end="\r", highlight=False)

    def ended(self, done: Done) -> None:
        self._left.remove(done.fault)
        self._taken += done.seconds
        self._expected += done.fault.seconds
        what = "kept" if done.row.is_kept else f"NOT KEPT {done.row.why}"
        notes = f" ({', '.join(done.notes)})" if done.notes else ""
        self._console.print(f"  {what} in {done.seconds:.0f} s{notes}", highlight=False, markup=False)

    @property
    def seconds_left(self) -> float:
        pace = self._taken / self._expected if self._expected else 1.0
        return pace * sum(fault.seconds for fault in self._left)
