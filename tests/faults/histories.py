"""Histories of the model, in a process of its own: they take what the faults leave of the processors."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console

from deploy.local.errors import StackError
from deploy.local.places import ROOT

NICE = 10
"""Faults go first, but 10,000 histories are some 1,000 s of work, and shall be done when the faults are."""
SHOWN = 40
"""Lines of a history that broke a promise."""


@dataclass
class Histories:
    """How many are tried; how many are known to have kept every promise, which is told in the end."""

    count: int
    kept: int = 0


@contextmanager
def meanwhile_tried(histories: Histories, seed: int, console: Console) -> Iterator[None]:
    """Try so many while something else is done, and wait for them in the end.

    Raises:
        StackError: one broke a promise, and the message has its steps; or they were ended before they were done.
    """
    if not histories.count:
        yield
        return
    command = [sys.executable, "-m", "tests.model", "--histories", str(histories.count), "--seed", str(seed)]
    with tempfile.TemporaryFile("w+") as said:
        trying = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        os.setpriority(os.PRIO_PROCESS, trying.pid, NICE)
        try:
            yield
            if trying.poll() is None:
                console.print("waiting for the histories of the model")
            ended = trying.wait()
        finally:
            trying.kill()
            trying.wait()
        if ended < 0:
            name = signal.Signals(-ended).name
            raise StackError(f"the histories of the model were ended by {name} before they were done")
        if ended:
            said.seek(0)
            lines = [line.rstrip() for line in said.readlines()]
            raise StackError("\n".join(["a history of the model broke a promise:", *lines[-SHOWN:]]))
    histories.kept = histories.count
    console.print(f"{histories.count} histories kept every promise")
