"""Faults one after the other, on one stack, each with people of its own."""

import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.progress import Progress

from deploy.local.commands.install import install_kafka
from deploy.local.health import outside_loop
from deploy.local.stack import LocalStack, Ports
from tests.bench.answer import Told
from tests.faults.audit import judge
from tests.faults.checkout import checkout
from tests.faults.disk import small_disk
from tests.faults.facts import dead_letters, facts, forget_messages
from tests.faults.people import PatientPlatform, Tally, all_act, crowd
from tests.faults.report import Done
from tests.faults.table import Fault, Need, Scene
from tests.support.servers.stack import QUICKLY


@dataclass(frozen=True)
class Run:
    """`people` set up a method, as many sign in. `before` is the revision that stands for the version before."""

    people: int
    seed: int
    before: str


@dataclass(frozen=True)
class Place:
    """The stack, and what this machine has of what some faults need."""

    stack: LocalStack
    before: Path | None
    has: Mapping[Need, bool]

    def can(self, fault: Fault) -> bool:
        return fault.needs is None or self.has[fault.needs]


def all_done(chosen: Sequence[Fault], run: Run, console: Console) -> list[Done]:
    """What came of each fault that can be had on this machine."""
    with ExitStack() as entered:
        home = Path(entered.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        progress = entered.enter_context(Progress(console=console))
        install_kafka(progress.log)
        has_disk = entered.enter_context(small_disk(home / "kafka"))
        before = entered.enter_context(checkout(run.before))
        settings = {"SECURITY_INFO_TOPIC_PREFIX": "faults", **QUICKLY}
        stack = entered.enter_context(LocalStack(home, Ports.free(), environment=settings))
        place = Place(stack, before, {"a disk of its own": has_disk, "the version before": before is not None})
        stack.up()
        return list(_each(chosen, run, place, progress))


def _each(chosen: Sequence[Fault], run: Run, place: Place, progress: Progress) -> list[Done]:
    whole = progress.add_task("faults", total=len(chosen))
    done = []
    for number, fault in enumerate(chosen):
        if place.can(fault):
            acting = progress.add_task(f"  {fault.name}", total=2 * run.people)
            done.append(_done(fault, f"f{number}", run, place, partial(progress.advance, acting)))
            progress.update(acting, visible=False)
            progress.console.print(f"{fault.name}: {'kept' if done[-1].row.is_kept else done[-1].row.why}")
        else:
            progress.console.print(f"{fault.name}: not done, this machine lacks {fault.needs}")
        progress.advance(whole)
    return done


def _done(fault: Fault, mark: str, run: Run, place: Place, told: Told) -> Done:
    stack = place.stack
    forget_messages(stack)
    since = len(outside_loop(dead_letters(stack)))
    quiet = PatientPlatform(stack, tally=Tally())
    everybody = crowd(quiet, mark, run.people, run.people)
    quiet.tally.counts.clear()
    moments_of, chance = (random.Random(f"{run.seed}:{fault.name}:{of}") for of in ("people", "fault"))  # noqa: S311 # a seed
    scene = Scene(stack, chance, Event(), [], place.before)
    moments = [moments_of.uniform(0, fault.spread) for _ in everybody]
    _meanwhile(partial(fault.happen, scene), lambda: all_act(everybody, moments, told), scene.over)
    stories = [person.story for person in everybody]
    known = facts(
        stack,
        mark,
        stories,
        dict(quiet.tally.counts),
        since=since,
        poison=sum(scene.poison),
        may_name=fault.needs == "the version before",
    )
    return Done(fault, scene.notes, judge(outside_loop(known)))


def _meanwhile(happen: Callable[[], None], act: Callable[[], None], over: Event) -> None:
    """`act` while something happens, which is told when it is over. Raises what was raised in either."""
    failures = list[BaseException]()

    def caught() -> None:
        try:
            happen()
        except BaseException as error:  # noqa: BLE001 # told to the thread that waits
            failures.append(error)

    breaking = Thread(target=caught)
    breaking.start()
    try:
        act()
    finally:
        over.set()
        breaking.join()
    if failures:
        raise failures[0]
