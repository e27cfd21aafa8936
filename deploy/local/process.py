"""One process of the stack, in a process group of its own: a Ctrl-C at the terminal reaches the launcher alone."""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from deploy.local.places import ROOT

Sink = Callable[[str, str], None]
"""Takes the name of a part and one line of its output."""


class ManagedProcess:
    """A running command; every line that it prints goes to the file `log` and to `sink`."""

    def __init__(
        self,
        name: str,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        *,
        log: Path,
        pid_file: Path,
        sink: Sink,
    ) -> None:
        self.name = name
        self._sink = sink
        self._pid_file = pid_file
        self._process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            process_group=0,
        )
        pid_file.write_text(f"{self.pid} {start_time(self.pid)}", "utf-8")
        self._pump = threading.Thread(target=self._copy, args=(log.open("a", encoding="utf-8"),), daemon=True)
        self._pump.start()

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative where a signal ended it."""
        return self._process.poll()

    def terminate(self) -> None:
        """Ask the whole group to stop."""
        self._signal(signal.SIGTERM)

    def finish(self, grace: float) -> None:
        """Wait for the end, at most `grace` seconds, then kill what is left of the group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=grace)
        self.kill()

    def kill(self) -> None:
        """`kill -9` the whole group and wait until it is gone."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._pump.join(timeout=1)
        self._pid_file.unlink(missing_ok=True)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _copy(self, log: IO[str]) -> None:
        with log:
            for line in self._process.stdout or ():
                log.write(line)
                log.flush()
                # The terminal may be gone; the part must not block because nobody reads it.
                with contextlib.suppress(OSError, ValueError):
                    self._sink(self.name, line.rstrip("\r\n"))


def end_orphan(pid_file: Path) -> int | None:
    """Kill the process that a launcher left behind when it was killed itself; returns its id, None if there is none.

    A process that merely got the same id later began at another time, and is left alone.
    """
    try:
        pid, began = pid_file.read_text("utf-8").split()
    except (OSError, ValueError):
        return None
    pid_file.unlink(missing_ok=True)
    if began == "unknown" or start_time(int(pid)) != began:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(int(pid), signal.SIGKILL)
    return int(pid)


def start_time(pid: int) -> str:
    """When the process began, in ticks since boot (field 22 of Linux' /proc/PID/stat); "unknown" elsewhere."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return "unknown"
    return after_name[19]
