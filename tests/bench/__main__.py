"""`python -m tests.bench`: start the stack, measure, show a table. The exit code says that it ran, not how fast."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT
from deploy.local.servers.database import FAST, DatabaseProgram, find_database
from deploy.local.stack import LocalStack, Ports
from tests.bench.answer import PAUSE, Holder, Told, answer, holders, rounds
from tests.bench.figures import Outcome, Round
from tests.bench.floor import RECORD_BYTES, WRITES, floor
from tests.bench.machine import facts, load
from tests.support.people.api import Platform

SAVED = ROOT / "docs" / "benchmarks"
WARM_UP = 10
"""People whose answers are not counted."""

FEWEST = 20


def run(
    answers: Annotated[int, typer.Option(min=FEWEST, help="How many answers to measure.")] = 200,
    *,
    save: Annotated[bool, typer.Option("--save", help="Also write the figures below docs/benchmarks/.")] = False,
) -> None:
    """Measure an answer over the API, right code to verified, beside its floor in the same run."""
    console = Console()
    try:
        database = require_fast(find_database())
        with interruptible():
            found, sizes, machine = _measured(answers, database, console)
    except StackError as error:
        sys.stderr.write(f"bench: {error}\n")
        raise typer.Exit(1) from None
    report = report_of(found, sizes, machine)
    console.print(table_of(found))
    console.print("; ".join(f"{name}: {value}" for name, value in machine.items() if name != "libraries"))
    if save:
        console.print(f"saved as {_save(report).relative_to(ROOT)}")


def require_fast(database: DatabaseProgram) -> DatabaseProgram:
    """The database, if figures on it mean something.

    Raises:
        StackError: it is the slow stand-in.
    """
    if database.name not in {FAST, "mongod"}:
        raise StackError(
            f"no figures on {database.name}: it is a stand-in whose writes take several times as long. "
            f"Run `make database`, or put {FAST} on the PATH"
        )
    return database


def report_of(found: list[Round], sizes: list[int], machine: dict[str, object]) -> dict[str, object]:
    """Everything about a run, for a file."""
    outcome = Outcome.of(found)
    names = ("answer", "floor", "http", "hops", "writes")
    return {
        "what": "POST /v1.0/challenges/{id}/answer of a one-time code, right code to verified",
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rounds": len(found),
        "pauseMilliseconds": PAUSE * 1000,
        "recordBytes": RECORD_BYTES,
        "writes": [
            f"{name}.{collection}: {size} bytes" for (name, collection), size in zip(WRITES, sizes, strict=True)
        ],
        "milliseconds": {name: getattr(outcome, name).rounded() for name in names},
        "timesTheFloor": outcome.ratio.rounded(),
    }


def table_of(found: list[Round]) -> Table:
    """The figures for a person to read."""
    outcome = Outcome.of(found)
    table = Table(title=f"An answer over the API, right code to verified: {len(found)} rounds", title_justify="left")
    for column in ("", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    rows = (
        ("answer", outcome.answer),
        ("floor, all of it", outcome.floor),
        ("  one HTTP round trip", outcome.http),
        ("  two hops over Kafka", outcome.hops),
        (f"  {len(WRITES)} writes", outcome.writes),
    )
    for name, figures in rows:
        table.add_row(name, f"{figures.p50:.1f}", f"{figures.p99:.1f}", end_section=name == rows[-1][0])
    table.add_row("times the floor", f"{outcome.ratio.p50:.2f}", f"{outcome.ratio.p99:.2f}")
    return table


def _measured(
    answers: int, database: DatabaseProgram, console: Console
) -> tuple[list[Round], list[int], dict[str, object]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as home, _progress(console) as progress:
        starting = progress.add_task("starting the stack", total=None)
        install_kafka(progress.log)
        machine = facts(database)
        with LocalStack(Path(home), Ports.free(), environment={"SECURITY_INFO_TOPIC_PREFIX": "bench"}) as stack:
            stack.up()
            progress.update(starting, total=1, completed=1)
            people = holders(
                Platform(stack), WARM_UP + answers, _told(progress, "people with an app", answers + WARM_UP)
            )
            told = _told(progress, "answers", answers + WARM_UP)
            found, sizes = asyncio.run(_rounds(people, stack, told))
        return found[-answers:], sizes, machine | {"loadAfter": load()}


async def _rounds(people: list[Holder], stack: LocalStack, told: Told) -> tuple[list[Round], list[int]]:
    address = stack.url("enrollment")
    first, *others = people
    async with httpx.AsyncClient(timeout=30) as client:
        await answer(first, client)
        told()
        async with floor(stack.kafka_url, stack.mongodb_url, address, client) as ground:
            return await rounds(others, ground, told), list(ground.sizes)


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield progress


def _told(progress: Progress, what: str, total: int) -> Told:
    task = progress.add_task(what, total=total)
    return lambda: progress.advance(task)


def _save(report: dict[str, object]) -> Path:
    SAVED.mkdir(parents=True, exist_ok=True)
    path = SAVED / f"answer-{str(report['measuredAt'])[:10]}.json"
    path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    return path


if __name__ == "__main__":
    typer.run(run)
