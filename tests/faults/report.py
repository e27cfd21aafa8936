"""The table of a run: for the screen, for docs/reliability.md, and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from tests.faults.audit import Row
from tests.faults.breaking.scene import Fault

COLUMNS = (
    *("people", "lost", "doubled", "stuck", "wrong", "5xx", "unknown", "come again", "slowest s", "true after s"),
    "took s",
)


@dataclass(frozen=True)
class Done:
    """A fault, what was done exactly, what came of it, and how many seconds all of that took."""

    fault: Fault
    notes: Sequence[str]
    row: Row
    seconds: float = 0.0

    @property
    def cells(self) -> tuple[str, ...]:
        row = self.row
        figures = (row.people, row.lost, row.doubled, row.stuck, row.wrong, row.failed_5xx, row.unknown, row.come_again)
        late = "" if row.late is None else f"{row.late:.2f}"
        return (*map(str, figures), f"{row.slowest:.0f}", late, f"{self.seconds:.0f}")


def table_of(done: Sequence[Done], title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("fault")
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for one in done:
        table.add_row(one.fault.name, *one.cells, style="" if one.row.is_kept else "red")
    return table


def json_of(done: Sequence[Done], run: Mapping[str, object]) -> dict[str, Any]:
    rows = [{"fault": one.fault.name, "done": list(one.notes), "took": one.seconds, **asdict(one.row)} for one in done]
    return {"what": "faults while people set up methods and sign in", **run, "faults": rows}


def markdown_of(done: Sequence[Done], run: Mapping[str, object]) -> str:
    """The page; written by the command alone."""
    kept = sum(1 for one in done if one.row.is_kept)
    lines = [
        "# Reliability",
        "",
        "Written by `make faults SAVE=1`; not by hand. While something breaks, people set up a method and others sign",
        "in, by text, mail, push and the code of an app, through the API of a stack with a real broker and database.",
        "People and platforms do what real ones do: what is not answered is asked again with the same",
        "`Idempotency-Key`. Who set up a method in one fault signs in by it in a later one. Afterwards databases,",
        "the log of events, handset and inbox are compared, for all that these people ever did.",
        "",
        f"{kept} of {len(done)} faults kept every promise. "
        + "; ".join(f"{name}: {value}" for name, value in run.items() if not isinstance(value, dict))
        + ".",
        "",
        "| fault | promise | done | " + " | ".join(COLUMNS) + " |",
        "| --- | --- | --- |" + " --- |" * len(COLUMNS),
        *(
            f"| {one.fault.name} | {one.fault.promise} | {', '.join(one.notes)} | " + " | ".join(one.cells) + " |"
            for one in done
        ),
        "",
        "| column | counts |",
        "| --- | --- |",
        "| people | half of them set up a method, half sign in by one that they have, by each way in turn |",
        "| lost | did not reach the end that they should, within four minutes |",
        "| doubled | messages or challenges that nobody asked for, beyond those of the column unknown |",
        "| stuck | 90 s later: challenges without an end, messages or events that wait, records not read |",
        "| wrong | enrollment and verifier disagree; a message after its code had died; the record rebuilt from the "
        "log is not the one in the database; a dead letter that should not be, or one without a reason |",
        "| 5xx | answers that say nothing of when to come again |",
        "| unknown | messages sent once more because the provider never answered; the code is the same |",
        "| come again | answers 503 with `Retry-After`, as while the database is away; each was asked again |",
        "| slowest s | of the person who took longest |",
        "| true after s | from Kafka's return until what was handed in meanwhile counted; more than 1 is wrong |",
        "| took s | people made known, the fault, until all had settled, and the comparison |",
    ]
    broken = [f"- {one.fault.name}: {why}" for one in done for why in one.row.why[:8]]
    if broken:
        lines += ["", "## Not kept", "", *broken]
    return "\n".join(lines) + "\n"
