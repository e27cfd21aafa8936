"""Where a fault happens, and what a fault is."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal

from deploy.local.stack import LocalStack
from tests.faults.push import PushService

SERVICES = ("enrollment", "verifier", "notifier")

Need = Literal["a disk of its own", "the version before"]


class StoppedError(Exception):
    """The run was interrupted, or this fault took too long."""


@dataclass(frozen=True)
class Scene:
    """Where it happens. `over` is set once all people are done, `enough` once they need not begin anything more, `stop`
    once nobody shall wait for anything any longer. `before` is a checkout of an earlier version; `poison` gets how many
    records nobody can handle, `late` after how many seconds from Kafka's return what was handed in meanwhile had its
    end, `kills` how often something was killed."""

    stack: LocalStack
    rng: random.Random
    notes: list[str]
    push: PushService
    over: Event = field(default_factory=Event)
    before: Path | None = None
    poison: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    kills: list[int] = field(default_factory=list)
    enough: Event = field(default_factory=Event)
    stop: Event = field(default_factory=Event)

    def within(self, seconds: float) -> bool:
        """Wait so long; whether the people are still at it."""
        return not self.over.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Wait so long, whatever the people do.

        Raises:
            StoppedError: nobody shall wait any longer.
        """
        if self.stop.wait(seconds):
            raise StoppedError

    def end(self) -> None:
        """Nobody shall wait for anything any longer."""
        for event in (self.stop, self.enough, self.over):
            event.set()


@dataclass(frozen=True)
class Fault:
    """`spread` is over how many seconds people begin. `needs` is what not every machine has. `people` is how many set
    up a method, and as many sign in, where it is not for the run to say. Where it `goes_on`, people sign in again and
    again until all of it has happened. It takes about `seconds` on a quiet machine."""

    name: str
    promise: str
    happen: Callable[[Scene], None]
    spread: float = 10.0
    needs: Need | None = None
    people: int | None = None
    goes_on: bool = False
    seconds: float = 35.0
