"""`python -m tests.bench`: start the stack, measure, show a table. The exit code says that it ran, not how fast."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT
from deploy.local.servers.database import DatabaseProgram, find_database
from deploy.local.stack import LocalStack, Ports
from tests.bench.answer import Told
from tests.bench.history import last_of, save, slower
from tests.bench.machine import facts, load, require_fast
from tests.bench.messages.measuring import measured
from tests.bench.replicas.computing import computed
from tests.bench.replicas.measuring import TURNS, two_of_each
from tests.bench.running import CLIENTS, Bench, figures_of
from tests.bench.showing import picture_of, table_of
from tests.faults.push import PushService, configured, push_service
from tests.support.servers.replicas import CONFIG

FEWEST = 20
IDLES = 20.0
"""Seconds without a request, in which idling is measured."""


def run(
    answers: Annotated[int, typer.Option(min=FEWEST, help="How many answers to measure.")] = 200,
    seconds: Annotated[float, typer.Option(min=2, help="How long each load lasts.")] = 10,
    people: Annotated[int, typer.Option(min=0, help="So many others first; without messages and replicas.")] = 0,
    *,
    keep: Annotated[bool, typer.Option("--save", help="Also write the figures below docs/benchmarks/.")] = False,
) -> None:
    """Measure answers beside their floor, registrations in a closed loop and paced, pages, idling, starting."""
    console = Console()
    try:
        database = require_fast(find_database())
        with interruptible():
            report = _measured(answers, seconds, people, database, console)
    except StackError as error:
        sys.stderr.write(f"bench: {error}\n")
        raise typer.Exit(1) from None
    console.print(table_of(report))
    machine = report["machine"]
    console.print("; ".join(f"{name}: {value}" for name, value in machine.items() if name != "libraries"))
    if before := last_of(machine):
        name, last = before
        worse = slower(last, report)
        console.print(f"[bold]slower than in {name} by more than 15 %:[/] {len(worse)}", *worse, sep="\n  ")
    if keep:
        console.print(
            f"saved as {save(report, picture_of(report), kind='crowd' if people else 'bench').relative_to(ROOT)}"
        )


def _measured(answers: int, seconds: float, people: int, database: DatabaseProgram, console: Console) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bench-") as home, _progress(console) as progress:
        starting = progress.add_task("starting the stack", total=None)
        install_kafka(progress.log)
        machine = facts(database)
        with push_service() as push, LocalStack(Path(home), Ports.free(), environment=_settings(home, push)) as stack:
            stack.up()
            progress.update(starting, total=1, completed=1)
            bench = Bench(stack, seconds)
            if people:
                _crowded(bench, people, progress)
            starts = bench.starts()
            idle = _step(progress, "idling", lambda: bench.idles(IDLES))
            found, sizes = bench.answers(answers, _told(progress, "answers", answers + 9))
            pages = _step(progress, "pages", bench.pages)
            loads = asyncio.run(bench.loads(_told(progress, "loads", 2 * len(CLIENTS))))
            resident = bench.usage()
            # What they count would be counted among the many, which takes longer than what they measure.
            beside = {} if people else _replicas_and_messages(bench, push, loads, progress)
            figures = figures_of(found, loads, pages, resident) | beside
        return {
            "what": "an answer beside its floor; registrations; messages; queues; pages; idling; starting",
            "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine | {"loadAfter": load()},
            "answers": answers,
            "secondsOfALoad": seconds,
            "othersInTheDatabase": people,
            "bytesWrittenByTheFloor": sizes,
            "figures": figures | {"idleMillisecondsASecond": idle, "secondsToReady": starts},
        }


def _replicas_and_messages(bench: Bench, push: PushService, loads: Any, progress: Progress) -> dict[str, Any]:
    replicas = asyncio.run(two_of_each(bench, _told(progress, "two of each service", 2 * TURNS)))
    replicas["computed"] = computed(loads[f"closed{max(CLIENTS)}"]["cpuMilliseconds"], max(CLIENTS))
    messages = asyncio.run(measured(bench, push, _told(progress, "messages and queues", 3)))
    return messages | {"replicas": replicas}


def _settings(home: str, push: PushService) -> dict[str, str]:
    config = configured(ROOT / CONFIG, Path(home) / "config.yaml", push)
    return {"SECURITY_INFO_TOPIC_PREFIX": "bench", "SECURITY_INFO_CONFIG": str(config)}


def _crowded(bench: Bench, people: int, progress: Progress) -> None:
    from tests.bench.crowd import fill, pattern_of

    pattern = pattern_of(bench)
    task = progress.add_task("people of before", total=people)
    fill(bench.stack.mongodb_url, pattern, people, lambda number: progress.advance(task, number))
    _step(progress, "the database digests them", lambda: bench.await_rest("mongodb"))


def _step(progress: Progress, what: str, work: Callable[[], Any]) -> Any:
    task = progress.add_task(what, total=None)
    result = work()
    progress.update(task, total=1, completed=1)
    return result


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        yield progress


def _told(progress: Progress, what: str, total: int) -> Told:
    task = progress.add_task(what, total=total)
    return lambda: progress.advance(task)


if __name__ == "__main__":
    typer.run(run)
