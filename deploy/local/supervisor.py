"""Keeps the demo alive: a part that dies is started again, unless it dies over and over."""

import threading
import time
from collections import defaultdict, deque

from deploy.local.errors import StackError
from deploy.local.process import Sink
from deploy.local.stack import LAUNCHER, LocalStack

CHECK_SECONDS = 0.5
MOST_DEATHS = 5
WINDOW_SECONDS = 60.0


class Deaths:
    """Counts how often each part died of late."""

    def __init__(self, most: int = MOST_DEATHS, window: float = WINDOW_SECONDS) -> None:
        self._most = most
        self._window = window
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def add(self, name: str, now: float) -> bool:
        """Note a death at `now` (seconds on a monotonic clock); whether it is worth another try."""
        times = self._times[name]
        times.append(now)
        while times[0] < now - self._window:
            times.popleft()
        return len(times) < self._most


class Supervisor:
    """Watches a stack that is up."""

    def __init__(self, stack: LocalStack, sink: Sink) -> None:
        self._stack = stack
        self._sink = sink
        self._deaths = Deaths()

    def watch(self, stopped: threading.Event) -> None:
        """Restart what dies until `stopped` is set.

        Raises:
            StackError: a part dies over and over.
        """
        while not stopped.wait(CHECK_SECONDS):
            for name in self._stack.started:
                if (code := self._stack.exit_code(name)) is not None:
                    self._revive(name, code)

    def _revive(self, name: str, code: int) -> None:
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        if not self._deaths.add(name, time.monotonic()):
            raise StackError(
                f"{name} {how}, the {MOST_DEATHS}th time within {WINDOW_SECONDS:.0f} s: giving up; "
                f"its output is in {self._stack.log(name)}"
            )
        self._sink(LAUNCHER, f"{name} {how}: starting it again")
        self._stack.relaunch(name)
