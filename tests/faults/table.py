"""The faults, each as something that is done to a running stack while people use it."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

import httpx

from deploy.local.stack import LocalStack
from schemas.topics import TOPICS, full_name
from tests.faults import disk
from tests.faults.again import repeat_all
from tests.faults.poison import write_poison
from tests.support.servers.replicas import replica

SERVICES = ("enrollment", "verifier", "notifier")
GONE = 60.0
PAUSED = 20.0


@dataclass(frozen=True)
class Scene:
    """Where it happens. `over` is set once all people are done. `before` is a checkout of an earlier version; `poison`
    gets how many records nobody can handle."""

    stack: LocalStack
    rng: random.Random
    over: Event
    notes: list[str]
    before: Path | None = None
    poison: list[int] = field(default_factory=list)

    def within(self, seconds: float) -> bool:
        """Wait so long; whether the people are still at it."""
        return not self.over.wait(seconds)


Need = Literal["a disk of its own", "the version before"]


@dataclass(frozen=True)
class Fault:
    """`spread` is over how many seconds people begin. `needs` is what not every machine has."""

    name: str
    promise: str
    happen: Callable[[Scene], None]
    spread: float = 20.0
    needs: Need | None = None


def nothing(scene: Scene) -> None:
    scene.over.wait()


def killed(part: str, times: int = 6) -> Callable[[Scene], None]:
    """`kill -9` at random moments; it is started again at once."""

    def happen(scene: Scene) -> None:
        count = 0
        while count < times and scene.within(scene.rng.uniform(0.5, 4.0)):
            scene.stack.kill(part)
            count += 1
            scene.stack.start(part)
        scene.notes.append(f"{count} kills")

    return happen


def gone(part: str, seconds: float) -> Callable[[Scene], None]:
    """`kill -9`, and started again after some time."""

    def happen(scene: Scene) -> None:
        scene.within(3.0)
        scene.stack.kill(part)
        time.sleep(seconds)
        scene.stack.start(part)

    return happen


def provider(name: str, mode: str, seconds: float = 25.0, **more: int) -> Callable[[Scene], None]:
    def happen(scene: Scene) -> None:
        handset = scene.stack.url("handset")
        fault = {"provider": name, "mode": mode, **more}
        httpx.put(f"{handset}/api/faults", json=fault, timeout=10).raise_for_status()
        scene.within(seconds)
        httpx.put(f"{handset}/api/faults", json={"provider": name, "mode": "ok"}, timeout=10).raise_for_status()

    return happen


def paused(part: str) -> Callable[[Scene], None]:
    """Stopped as by a debugger, while a second replica goes on; what it held when it wakes must do no harm."""

    def happen(scene: Scene) -> None:
        with replica(scene.stack, part):
            scene.within(2.0)
            process = scene.stack.pid(part)
            os.kill(process, signal.SIGSTOP)
            time.sleep(PAUSED)
            os.kill(process, signal.SIGCONT)
            scene.over.wait()

    return happen


def clock_ahead(part: str, seconds: int = 90) -> Callable[[Scene], None]:
    """A second replica whose clock is ahead."""

    def happen(scene: Scene) -> None:
        with replica(scene.stack, part, SECURITY_INFO_CLOCK_OFFSET=str(seconds)):
            scene.over.wait()

    return happen


def comings_and_goings(scene: Scene) -> None:
    """Replicas of verifier and notifier join and leave: rebalances while messages are in work."""
    count = 0
    while scene.within(1.0) and count < 8:
        with replica(scene.stack, ("verifier", "notifier")[count % 2]):
            scene.within(5.0)
        count += 1
    scene.notes.append(f"{count} replicas came and left")


def each_twice(scene: Scene) -> None:
    """Every record comes once more, up to 3 s later: doubled, and out of order."""
    count = repeat_all(scene.stack.kafka_url, scene.stack.topic_prefix, scene.rng, scene.over)
    scene.notes.append(f"{count} records")


def two_relays(scene: Scene, times: int = 6) -> None:
    """Two of each service; of one of the first ones, `kill -9` each time, so that the other takes over what it left."""
    count = 0
    with contextlib.ExitStack() as replicas:
        for part in SERVICES:
            replicas.enter_context(replica(scene.stack, part))
        while count < times and scene.within(scene.rng.uniform(1.0, 5.0)):
            part = SERVICES[count % len(SERVICES)]
            scene.stack.kill(part)
            count += 1
            scene.within(scene.rng.uniform(1.0, 5.0))
            scene.stack.start(part)
        scene.over.wait()
    scene.notes.append(f"{count} kills")


def version_before(scene: Scene) -> None:
    """Replicas of an earlier version share the work, as in a rolling upgrade, in which the verifier goes first."""
    assert scene.before
    with (
        replica(scene.stack, "enrollment", scene.before),
        replica(scene.stack, "notifier", scene.before),
    ):
        scene.over.wait()


def disk_full(scene: Scene) -> None:
    """The broker stops by itself once it cannot write; it is started again when there is room."""
    scene.within(3.0)
    disk.fill(scene.stack.home / "kafka")
    scene.within(PAUSED)
    stopped = scene.stack.exit_code("kafka") is not None
    scene.stack.kill("kafka")
    disk.empty(scene.stack.home / "kafka")
    scene.stack.start("kafka")
    scene.notes.append("the broker stopped by itself" if stopped else "the broker ran on")


def poisoned(scene: Scene) -> None:
    """Records that nobody can handle, on every topic of events, by every codec in turn."""
    topics = [full_name(scene.stack.topic_prefix, topic) for topic in TOPICS if topic.events]
    count = turns = 0
    while turns < 10 and scene.within(1.0):
        count += write_poison(scene.stack.kafka_url, topics, turns, scene.rng)
        turns += 1
    scene.poison.append(count)
    scene.notes.append(f"{count} records")


FAULTS: tuple[Fault, ...] = (
    Fault("nothing", "what the others are compared with", nothing, 10.0),
    Fault(
        "kill enrollment", "a commit is published, a repeated request finds what was made", killed("enrollment"), 35.0
    ),
    Fault("kill verifier", "a counted try is judged, a verdict is told", killed("verifier"), 35.0),
    Fault("kill notifier", "a queued message is sent, a claimed one is not doubled silently", killed("notifier"), 35.0),
    Fault("Kafka restarts", "what waits in outboxes is published in order", gone("kafka", 0.0)),
    Fault("Kafka gone for 60 s", "the same, and what was handed in in time counts", gone("kafka", GONE), 40.0),
    Fault(
        "database restarts", "an acknowledged write is there, one whose answer was lost is known", gone("mongodb", 0.0)
    ),
    Fault("database gone for 60 s", "requests are told to come again, events wait", gone("mongodb", GONE), 40.0),
    Fault("texts: provider in error", "tried again within the life of the code", provider("twilio-a", "error")),
    Fault("texts: provider hangs", "mail and push go on; outcome unknown is told apart", provider("twilio-a", "hang")),
    Fault("texts: provider throttles", "waits, and sends once", provider("twilio-a", "throttle")),
    Fault("texts: provider loses them", "the person asks again", provider("twilio-a", "lost")),
    Fault(
        "texts: provider answers too late",
        "what it did all the same is told apart",
        provider("twilio-a", "slow", delayMs=15_000),
    ),
    Fault(
        "texts: reports late, twice and out of order",
        "the newest state stays",
        provider("twilio-a", "late", delayMs=4_000),
    ),
    Fault("mail: server in error", "tried again within the life of the code", provider("smtp", "error")),
    Fault("mail: server hangs", "texts and push go on", provider("smtp", "hang")),
    Fault("mail: server loses them", "the person asks again", provider("smtp", "lost")),
    Fault("notifier paused 20 s", "the stale leaseholder does no harm", paused("notifier")),
    Fault("enrollment paused 20 s", "requests wait, nothing is published twice over", paused("enrollment")),
    Fault("replicas join and leave", "a rebalance loses and doubles nothing", comings_and_goings, 35.0),
    Fault("a notifier's clock 90 s ahead", "no message twice", clock_ahead("notifier")),
    Fault("a verifier's clock 90 s ahead", "one end for each challenge", clock_ahead("verifier")),
    Fault("two of each, one killed", "the other takes over what it left, once", two_relays, 35.0),
    Fault("each record twice", "each event counts once, in whatever order", each_twice),
    Fault(
        "the version before beside this one",
        "each reads what the other wrote",
        version_before,
        20.0,
        "the version before",
    ),
    Fault(
        "the broker's disk is full", "what waits is published when there is room", disk_full, 35.0, "a disk of its own"
    ),
    Fault("poison on all topics", "a dead letter each, with its reason; all others go on", poisoned),
)
