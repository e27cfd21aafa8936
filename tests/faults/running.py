"""Faults one after the other, on one stack, with people who are half new each time."""

import random
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread

from rich.console import Console

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.health import outside_loop
from deploy.local.interrupts import ignore_interrupts
from deploy.local.places import ROOT
from deploy.local.stack import LocalStack, Ports
from tests.faults.audit import Row, judge
from tests.faults.breaking.checkout import checkout
from tests.faults.breaking.disk import small_disk
from tests.faults.breaking.scene import Fault, Need, Scene, StoppedError
from tests.faults.crowd import Crowd, all_act
from tests.faults.facts import dead_letters, facts
from tests.faults.leftovers import children, end_all_but
from tests.faults.people import Hope, PatientPlatform, Person
from tests.faults.progress import Progress
from tests.faults.push import PushService, configured, push_service
from tests.faults.report import Done
from tests.support.servers.replicas import CONFIG
from tests.support.servers.stack import QUICKLY

LONGER = 270.0
"""Seconds that a fault may take beyond what it takes on a quiet machine: people wait for four minutes."""
ENDS_WITHIN = 75.0
"""Seconds in which what was told to end does so: a process that is being started is waited for."""


@dataclass(frozen=True)
class Run:
    """`people` set up a method, as many sign in. `before` is the revision that stands for the version before."""

    people: int
    seed: int
    before: str


@dataclass
class Place:
    """The stack, who uses it, and what this machine has of what some faults need. `kept` are processes that are none of
    the faults' own."""

    stack: LocalStack
    push: PushService
    platform: PatientPlatform
    crowd: Crowd
    before: Path | None
    has: Mapping[Need, bool]
    kept: frozenset[int] = field(default_factory=frozenset)

    def can(self, fault: Fault) -> bool:
        return fault.needs is None or self.has[fault.needs]

    def renew(self) -> None:
        """Begin anew after a fault that was not over: nothing of it is left."""
        self.stack.down()
        end_all_but(self.kept)
        self.push.mode = "ok"
        self.crowd.forget()
        self.stack.up()


def all_done(chosen: Sequence[Fault], run: Run, console: Console) -> Generator[Done, None, None]:
    """What came of each fault that can be had on this machine, as soon as it is known. Whatever was started is stopped
    in the end, after an interrupt as well."""
    kept = children()
    with ExitStack() as entered:
        entered.callback(end_all_but, kept)
        home = Path(entered.enter_context(tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True)))
        install_kafka(console.print)
        has_disk = entered.enter_context(small_disk(home / "kafka"))
        before = entered.enter_context(checkout(run.before))
        push = entered.enter_context(push_service())
        config = configured(ROOT / CONFIG, home / "config.yaml", push)
        settings = {"SECURITY_INFO_TOPIC_PREFIX": "faults", "SECURITY_INFO_CONFIG": str(config), **QUICKLY}
        stack = entered.enter_context(LocalStack(home, Ports.free(), environment=settings))
        entered.enter_context(_uninterrupted())
        platform = PatientPlatform(stack)
        has: dict[Need, bool] = {"a disk of its own": has_disk, "the version before": before is not None}
        place = Place(stack, push, platform, Crowd(platform, push), before, has, kept)
        stack.up()
        yield from _each(chosen, run, place, Progress(chosen, console))


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl-C does not leave half of the processes running."""
    try:
        yield
    finally:
        ignore_interrupts()


def _each(chosen: Sequence[Fault], run: Run, place: Place, progress: Progress) -> Iterator[Done]:
    for number, fault in enumerate(chosen):
        if not place.can(fault):
            progress.left_out(fault)
            continue
        progress.begins(fault, 2 * (fault.people or run.people))
        began = time.monotonic()
        row, notes = _done(fault, f"f{number}", run, place, progress.told)
        done = Done(fault, notes, row, time.monotonic() - began)
        progress.ended(done)
        yield done


def _done(fault: Fault, mark: str, run: Run, place: Place, told: Callable[[], None]) -> tuple[Row, Sequence[str]]:
    """What became of a fault. One that fails as a whole, or is not over in time, is stuck; the stack begins anew."""
    moments_of, chance = (random.Random(f"{run.seed}:{fault.name}:{of}") for of in ("people", "fault"))  # noqa: S311 # a seed
    scene = Scene(place.stack, chance, notes=[], push=place.push, before=place.before)
    people: list[Person] = []
    place.platform.hope = Hope(scene.stop)
    try:
        since = len(outside_loop(dead_letters(place.stack)))
        people = place.crowd.of(mark, fault.people or run.people)
        place.platform.tally.counts.clear()
        moments = [moments_of.uniform(0, fault.spread) for _ in people]
        broken(fault, scene, partial(all_act, people, moments, told, scene.enough))
        stories = [person.story for person in people]
        known = facts(
            place.stack,
            place.push,
            place.platform,
            scene,
            stories,
            since=since,
            may_name=fault.needs == "the version before",
        )
        row = judge(outside_loop(known))
    except Exception as error:  # noqa: BLE001 # the next ones are tried all the same
        row = _stuck(people, f"{type(error).__name__}: {error}")
        place.renew()
    else:
        place.crowd.keep(people)
    return row, scene.notes


def _stuck(people: Sequence[Person], why: str) -> Row:
    return Row(
        people=len(people),
        lost=sum(1 for person in people if person.story.ended != "verified"),
        doubled=0,
        stuck=1,
        wrong=0,
        failed_5xx=0,
        unknown=0,
        come_again=0,
        slowest=0.0,
        why=(f"stuck: {why[:300]}",),
    )


def broken(fault: Fault, scene: Scene, act: Callable[[float], bool], *, longer: float = LONGER) -> None:
    """People act while something happens, which has `longer` than on a quiet machine.

    Raises:
        StackError: it was not over in time.
        Exception: what was raised in either.
    """
    failures = list[BaseException]()

    def caught() -> None:
        try:
            fault.happen(scene)
        except BaseException as error:  # noqa: BLE001 # told to the thread that waits
            failures.append(error)
        finally:
            scene.enough.set()

    if not fault.goes_on:
        scene.enough.set()
    within = fault.seconds + longer
    breaking = Thread(target=caught, daemon=True)
    breaking.start()
    is_over = False
    try:
        all_came = act(within)
        scene.over.set()
        breaking.join(within)
        is_over = all_came and not breaking.is_alive()
    finally:
        if not is_over:
            scene.end()
            breaking.join(ENDS_WITHIN)
    if failures and not isinstance(failures[0], StoppedError):
        raise failures[0]
    if not is_over:
        raise StackError(f"it was not over within {within:.0f} s")
