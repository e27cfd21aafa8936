"""`python -m tests.faults`: start a stack, break it in every way of the table, show what came of it."""

import json
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from deploy.local.database import find_database
from deploy.local.errors import StackError
from deploy.local.health import outside_loop
from deploy.local.install import install_kafka
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT
from deploy.local.stack import LocalStack, Ports
from tests.bench.__main__ import require_fast
from tests.bench.answer import Told
from tests.bench.machine import facts as machine_facts
from tests.faults.audit import judge
from tests.faults.facts import dead_letters, facts, forget_messages
from tests.faults.people import PatientPlatform, Tally, all_act, crowd
from tests.faults.report import Done, json_of, markdown_of, table_of
from tests.faults.table import FAULTS, Fault, Scene, poisoned
from tests.support.stack import QUICKLY

PAGE = ROOT / "docs" / "reliability.md"
FIGURES = ROOT / "docs" / "benchmarks"


def run(
    people: Annotated[int, typer.Option(min=4, help="How many set up a method, and as many sign in.")] = 50,
    seed: Annotated[int | None, typer.Option(help="Of all that is left to chance; printed.")] = None,
    only: Annotated[str, typer.Option(help="Only faults whose name contains this.")] = "",
    *,
    save: Annotated[bool, typer.Option("--save", help="Also write docs/reliability.md and a JSON.")] = False,
) -> None:
    """Break the product in every way that it promises to survive. Ends with 1 where a promise was not kept."""
    console = Console()
    chosen = [fault for fault in FAULTS if only.lower() in fault.name.lower()]
    if not chosen:
        raise typer.BadParameter(f"no fault has {only!r} in its name")
    seed = secrets.randbelow(2**32) if seed is None else seed
    console.print(f"seed {seed}")
    began = time.monotonic()
    try:
        database = require_fast(find_database())
        machine = machine_facts(database)
        with interruptible():
            done = _all_done(chosen, people, seed, console)
    except StackError as error:
        sys.stderr.write(f"faults: {error}\n")
        raise typer.Exit(1) from None
    about = {
        "measured at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": seed,
        "people a fault": 2 * people,
        "minutes": round((time.monotonic() - began) / 60, 1),
        "commit": machine["commit"],
        "database": machine["database"],
        "Kafka": machine["kafka"],
        "cores": machine["cores"],
    }
    console.print(table_of(done, f"{2 * people} people a fault, seed {seed}"))
    for one in done:
        for why in one.row.why:
            console.print(f"[red]{one.fault.name}[/red]: {why}", highlight=False)
    if save:
        PAGE.write_text(markdown_of(done, about), "utf-8")
        FIGURES.mkdir(parents=True, exist_ok=True)
        day = str(about["measured at"])[:10]
        (FIGURES / f"faults-{day}.json").write_text(json.dumps(json_of(done, about), indent=2) + "\n", "utf-8")
        console.print(f"saved as {PAGE.relative_to(ROOT)}")
    if not all(one.row.is_kept for one in done):
        raise typer.Exit(1)


def _all_done(chosen: Sequence[Fault], people: int, seed: int, console: Console) -> list[Done]:
    with tempfile.TemporaryDirectory(prefix="faults-") as home, Progress(console=console) as progress:
        install_kafka(progress.log)
        whole = progress.add_task("faults", total=len(chosen))
        settings = {"SECURITY_INFO_TOPIC_PREFIX": "faults", **QUICKLY}
        with LocalStack(Path(home), Ports.free(), environment=settings) as stack:
            stack.up()
            done = []
            for number, fault in enumerate(chosen):
                acting = progress.add_task(f"  {fault.name}", total=2 * people)
                done.append(_done(fault, f"f{number}", people, stack, seed, partial(progress.advance, acting)))
                progress.update(acting, visible=False)
                progress.advance(whole)
                progress.console.print(f"{fault.name}: {'kept' if done[-1].row.is_kept else done[-1].row.why}")
        return done


def _done(fault: Fault, mark: str, people: int, stack: LocalStack, seed: int, told: Told) -> Done:
    forget_messages(stack)
    since = len(outside_loop(dead_letters(stack)))
    quiet = PatientPlatform(stack, tally=Tally())
    everybody = crowd(quiet, mark, people, people)
    quiet.tally.counts.clear()
    moments_of, chance = (random.Random(f"{seed}:{fault.name}:{of}") for of in ("people", "fault"))  # noqa: S311 # a seed
    scene, failures = Scene(stack, chance, Event(), []), list[BaseException]()

    def happen() -> None:
        try:
            fault.happen(scene)
        except BaseException as error:  # noqa: BLE001 # told to the thread that waits
            failures.append(error)

    breaking = Thread(target=happen)
    breaking.start()
    moments = [moments_of.uniform(0, fault.spread) for _ in everybody]
    all_act(everybody, moments, told)
    scene.over.set()
    breaking.join()
    if failures:
        raise failures[0]
    known = facts(
        stack,
        mark,
        [person.story for person in everybody],
        dict(quiet.tally.counts),
        since=since,
        poisoned=fault.happen is poisoned,
    )
    return Done(fault, scene.notes, judge(outside_loop(known)))


if __name__ == "__main__":
    typer.run(run)
