"""`python -m tests.faults`: start a stack, break it in every way of the table, show what came of it."""

import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.errors import StackError
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT
from deploy.local.servers.database import find_database
from tests.bench.machine import facts as machine_facts
from tests.bench.machine import require_fast
from tests.faults.histories import Histories, meanwhile_tried
from tests.faults.report import Done, table_of
from tests.faults.running import Run, all_done
from tests.faults.saving import save as saved
from tests.faults.table import FAULTS

INTERRUPTED = 130


WIDE = 160
"""Columns in a file: as many as the table takes."""


def run(
    people: Annotated[int, typer.Option(min=4, help="How many set up a method, and as many sign in.")] = 50,
    seed: Annotated[int | None, typer.Option(help="Of all that is left to chance; printed.")] = None,
    only: Annotated[str, typer.Option(help="Only faults whose name contains this.")] = "",
    before: Annotated[str, typer.Option(help="The revision that stands for the version before.")] = "HEAD~100",
    histories: Annotated[int, typer.Option(min=0, help="Of the model, beside the faults.")] = 10_000,
    *,
    save: Annotated[bool, typer.Option("--save", help="Also write docs/reliability.md and a JSON.")] = False,
) -> None:
    """Break the product in every way that it promises to survive. Ends with 1 where a promise was not kept."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    chosen = [fault for fault in FAULTS if only.lower() in fault.name.lower()]
    if not chosen:
        raise typer.BadParameter(f"no fault has {only!r} in its name")
    seed = secrets.randbelow(2**32) if seed is None else seed
    console.print(f"seed {seed}")
    began, done = time.monotonic(), list[Done]()
    trying = Histories(histories)
    try:
        database = require_fast(find_database())
        machine = machine_facts(database)

        def about() -> dict[str, object]:
            return {
                "measured at": datetime.now(UTC).isoformat(timespec="seconds"),
                "seed": seed,
                "faults tried": f"{len(done)} of {len(chosen)}",
                "people a fault": 2 * people,
                "random moments of kill -9": sum(one.row.kills for one in done),
                "histories of the model that kept every promise": trying.kept,
                "minutes": round((time.monotonic() - began) / 60, 1),
                "commit": machine["commit"],
                "database": machine["database"],
                "Kafka": machine["kafka"],
                "cores": machine["cores"],
            }

        with (
            interruptible(),
            meanwhile_tried(trying, seed, console),
            closing(all_done(chosen, Run(people, seed, before), console)) as each,
        ):
            for one in each:
                done.append(one)
                saved(done, about(), as_docs=save)
        place = saved(done, about(), as_docs=save)
    except StackError as error:
        sys.stderr.write(f"faults: {error}\n")
        _show(done, f"{2 * people} people a fault, seed {seed}", console)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        _show(done, f"interrupted; {2 * people} people a fault, seed {seed}", console)
        raise typer.Exit(INTERRUPTED) from None
    _show(done, f"{2 * people} people a fault, seed {seed}", console)
    console.print(f"{(time.monotonic() - began) / 60:.1f} minutes; saved as {place.relative_to(ROOT)}")
    if not all(one.row.is_kept for one in done):
        raise typer.Exit(1)


def _show(done: Sequence[Done], title: str, console: Console) -> None:
    console.print(table_of(done, title))
    for one in done:
        for why in one.row.why:
            console.print(f"[red]{one.fault.name}[/red]: {why}", highlight=False)


if __name__ == "__main__":
    typer.run(run)
