"""`python -m tests.bench.soak`: registrations at half the highest rate for minutes on end, and what becomes of memory,
file handles and lag meanwhile. Exits with 1 where anything was lost."""

import asyncio
import re
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from pymongo import MongoClient
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT
from deploy.local.servers.database import DatabaseProgram, find_database
from deploy.local.stack import SERVICES, LocalStack, Ports
from tests.bench.client import Tokens
from tests.bench.cycles import Crowd, Load, callers, closed_loop, paced
from tests.bench.figures import Figures
from tests.bench.history import save
from tests.bench.machine import facts, load, require_fast
from tests.bench.picture import lines
from tests.bench.running import WATCHED, Bench

CLIENTS = 32
FINDS = 10.0
"""Seconds in which the highest rate is found."""
EVERY = 5.0
WAITING = re.compile(
    r"^security_info_(?:consumer_records_waiting|outbox_waiting)\S*(?:\{[^}]*\})? (\S+)$", re.MULTILINE
)
SETTLES = 60.0


@dataclass
class Course:
    """What was seen, moment by moment: megabytes, handles, seconds of CPU and events that wait, by process."""

    seconds: list[float] = field(default_factory=list)
    resident: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    handles: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waiting: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def follow(self, bench: Bench, told: Any) -> None:
        """Look every few seconds, until cancelled."""
        began = time.perf_counter()
        async with httpx.AsyncClient(timeout=10) as client:
            while True:
                self.seconds.append(round(time.perf_counter() - began, 1))
                for name, usage in bench.usage().items():
                    self.resident[name].append(round(usage.resident, 1))
                    self.handles[name].append(usage.handles)
                    self.cpu[name].append(usage.cpu)
                for name in SERVICES:
                    self.waiting[name].append(await waiting_at(bench.stack, name, client))
                told(self.seconds[-1])
                await asyncio.sleep(EVERY)

    def growth(self) -> dict[str, float]:
        """Megabytes that each process grew by between the second and the last third, on average."""
        third = max(len(self.seconds) // 3, 1)
        return {
            name: round(sum(found[-third:]) / third - sum(found[third : 2 * third]) / third, 1)
            for name, found in self.resident.items()
        }

    def cpu_a_cycle(self, rate: float) -> dict[str, tuple[float, float]]:
        """Milliseconds of CPU of each process in the second and in the last third, at so many cycles a second."""
        first, second, last = len(self.seconds) // 3, 2 * len(self.seconds) // 3, len(self.seconds) - 1

        def between(found: list[float], start: int, end: int) -> float:
            cycles = rate * (self.seconds[end] - self.seconds[start])
            return round((found[end] - found[start]) / cycles * 1000, 1)

        return {name: (between(found, first, second), between(found, second, last)) for name, found in self.cpu.items()}


async def waiting_at(stack: LocalStack, name: str, client: httpx.AsyncClient) -> float:
    """Records that a service has not read yet, and events that it has not published yet."""
    port = stack.ports.of(name)[name]
    text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return sum(float(found) for found in WAITING.findall(text))


def run(
    minutes: Annotated[float, typer.Option(min=0.2, help="How long.")] = 10,
    *,
    keep: Annotated[bool, typer.Option("--save", help="Also write the figures below docs/benchmarks/.")] = False,
) -> None:
    """Keep the product busy for minutes, and see whether it stays as it is."""
    console = Console()
    try:
        database = require_fast(find_database())
        with interruptible():
            report, picture = _soaked(minutes, database, console)
    except StackError as error:
        sys.stderr.write(f"soak: {error}\n")
        raise typer.Exit(1) from None
    console.print(table_of(report))
    if keep:
        console.print(f"saved as {save(report, picture, kind='soak').relative_to(ROOT)}")
    if report["lost"] or report["waitingAtTheEnd"]:
        raise typer.Exit(1)


def table_of(report: dict[str, Any]) -> Table:
    """What became of the load."""
    table = Table(title=f"{report['minutes']:g} minutes at {report['perSecond']} a second", title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    took = report["milliseconds"]
    table.add_row("registered and proven, lost", f"{report['cycles']}, {report['lost']}")
    table.add_row("p50 / p99 ms", f"{took['p50']} / {took['p99']}")
    table.add_row("waits at the end, and at most", f"{report['waitingAtTheEnd']:g}, {report['waitingAtMost']:g}")
    for name, grown in report["grownByMegabytes"].items():
        table.add_row(f"{name}: grown by, handles", f"{grown:g} MB, {report['handles'][name]}")
    for name, (middle, end) in report["cpuMilliseconds"].items():
        table.add_row(f"{name}: CPU a cycle, second and last third", f"{middle:g}, {end:g} ms")
    return table


def _soaked(minutes: float, database: DatabaseProgram, console: Console) -> tuple[dict[str, Any], str]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with tempfile.TemporaryDirectory(prefix="soak-") as home, Progress(*columns, console=console) as progress:
        install_kafka(progress.log)
        machine = facts(database)
        with LocalStack(Path(home), Ports.free(), environment={"SECURITY_INFO_TOPIC_PREFIX": "soak"}) as stack:
            stack.up()
            task = progress.add_task("busy", total=minutes * 60)
            bench, course = Bench(stack, minutes * 60), Course()
            found, done = asyncio.run(
                _busy(bench, course, minutes * 60, lambda at: progress.update(task, completed=at))
            )
            lost = done - _registered(stack)
    report = {
        "what": "a software token registered and proven, at half the rate of a closed loop with 32 clients",
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine | {"loadAfter": load()},
        "minutes": minutes,
        "perSecond": round(found.rate, 1),
        "cycles": len(found.took),
        "lost": lost,
        "milliseconds": Figures.of(found.took).rounded(1),
        "waitingAtMost": max(map(sum, zip(*course.waiting.values(), strict=True))),
        "waitingAtTheEnd": sum(values[-1] for values in course.waiting.values()),
        "grownByMegabytes": course.growth(),
        "cpuMilliseconds": course.cpu_a_cycle(found.rate),
        "handles": {name: f"{min(found):g} to {max(found):g}" for name, found in course.handles.items()},
    }
    panels = {
        "resident MB": {name: course.resident[name] for name in WATCHED},
        "file handles": {name: course.handles[name] for name in SERVICES},
        "events that wait": {name: course.waiting[name] for name in SERVICES},
    }
    return report, lines("Half the highest rate", panels, course.seconds)


async def _busy(bench: Bench, course: Course, seconds: float, told: Any) -> tuple[Load, int]:
    crowd = Crowd()
    async with callers(Tokens(bench.platform), CLIENTS) as connected:
        await crowd.grow(connected, int(FINDS * 150), lambda: None)
        highest = await closed_loop(connected, FINDS, crowd.cycle, most=len(crowd.users))
        following = asyncio.create_task(course.follow(bench, told))
        found = await paced(connected, highest.rate / 2, seconds, crowd.cycle_of_somebody_new)
        await _settled(bench.stack)
        await asyncio.sleep(EVERY)
        following.cancel()
    return found, len(found.took) + len(highest.took)


async def _settled(stack: LocalStack) -> None:
    """Until nothing waits any more, but not for ever."""
    until = time.perf_counter() + SETTLES
    async with httpx.AsyncClient(timeout=10) as client:
        while time.perf_counter() < until:
            if not sum([await waiting_at(stack, name, client) for name in SERVICES]):
                return
            await asyncio.sleep(1)


def _registered(stack: LocalStack) -> int:
    """People with a method, as the database has them."""
    client: MongoClient[dict[str, Any]] = MongoClient(stack.mongodb_url)
    with client:
        return client["enrollment"]["accounts"].count_documents({"state.methods.0": {"$exists": True}})


if __name__ == "__main__":
    typer.run(run)
