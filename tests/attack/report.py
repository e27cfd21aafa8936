"""Attempts and successes by class: for the screen, and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

from tests.attack.attempt import Attempt

COLUMNS = ("attempts", "successes", "5xx", "seconds")


@dataclass
class Row:
    """A class of attacks, counted. `why` has what succeeded or failed, each once."""

    name: str
    promise: str
    attempts: int = 0
    successes: int = 0
    failures: int = 0
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    why: list[str] = field(default_factory=list)

    def count(self, attempt: Attempt) -> None:
        self.attempts += 1
        self.successes += bool(attempt.why)
        self.failures += attempt.status >= 500
        self.statuses[attempt.status] += 1
        if attempt.is_failure:
            self.why.append(f"{attempt.what}: {attempt.why or attempt.status}")

    @property
    def is_withstood(self) -> bool:
        """Nothing succeeded, and something was tried."""
        return self.attempts > 0 and not self.successes and not self.failures

    @property
    def answers(self) -> str:
        """How often each status was answered, the most frequent first."""
        return ", ".join(f"{count} {status}" for status, count in self.statuses.most_common() if status)

    @property
    def cells(self) -> tuple[str, ...]:
        return (str(self.attempts), str(self.successes), str(self.failures), f"{self.seconds:.0f}")


def table_of(rows: Sequence[Row], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("attack")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for row in rows:
        table.add_row(row.name, *row.cells, style="" if row.is_withstood else "red")
    whole = Row("all", "", *(sum(getattr(row, name) for row in rows) for name in ("attempts", "successes", "failures")))
    whole.seconds = sum(row.seconds for row in rows)
    table.add_section()
    table.add_row(whole.name, *whole.cells)
    return table


def json_of(rows: Sequence[Row], run: Mapping[str, object]) -> dict[str, Any]:
    return {"what": "attacks on a running stack", **run, "attacks": [vars(row) for row in rows]}
