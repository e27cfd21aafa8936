"""A server for tests as one process, which keeps its data when it is stopped and started."""

import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from deploy.local.ports import free_ports
from tests.support.waiting import awaited

STOP_WITHIN = 10.0
LOOK_EVERY = 0.02


class LocalServer(ABC):
    """`name` is what it is called where it fails; `start_within` how many seconds it may take to listen."""

    name: ClassVar[str]
    start_within: ClassVar[float]

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._log = home / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._process
        return self._process.pid

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What runs it."""

    def start(self) -> None:
        """Start and wait until it takes connections."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self.command(), stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + self.start_within
        while not listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start; see {self._log}")
            time.sleep(LOOK_EVERY)

    def freeze(self) -> None:
        """Keep all connections and answer nothing, until `thaw`."""
        self._signal(signal.SIGSTOP)
        awaited(lambda: self._stands_still() or None, "it never stood still", 5)

    def thaw(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def _stands_still(self) -> bool:
        """Whether all of its threads are stopped: on a busy machine that takes a moment."""
        if self._process is None:
            return True
        tasks = Path(f"/proc/{self._process.pid}/task")
        states = [stat.read_text("utf-8").rpartition(")")[2].split()[0] for stat in tasks.glob("*/stat")]
        return all(state in {"T", "t"} for state in states)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the process, by force if it takes long."""
        if self._process is None:
            return
        end(self._process, STOP_WITHIN, how)
        self._process = None


def end(process: subprocess.Popen[bytes], within: float, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask it to end, and make it where it takes longer than `within` seconds."""
    process.send_signal(how)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port that nobody uses now, and that no client is given as its own while a server is stopped."""
    (port,) = free_ports(1)
    return port


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
