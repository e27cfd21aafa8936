"""Histories of the model, in a process of its own: they take what the faults leave of the processors."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from deploy.local.errors import StackError
from deploy.local.places import ROOT

SHOWN = 40
"""Lines of a history that broke a promise."""


@contextmanager
def meanwhile_tried(count: int, seed: int, console: Console) -> Iterator[None]:
    """Try so many while something else is done, and wait for them in the end.

    Raises:
        StackError: one broke a promise; the message has its steps.
    """
    if not count:
        yield
        return
    command = [sys.executable, "-m", "tests.model", "--histories", str(count), "--seed", str(seed)]
    with tempfile.TemporaryFile("w+") as said:
        trying = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        os.setpriority(os.PRIO_PROCESS, trying.pid, 19)
        try:
            yield
            console.print("waiting for the histories of the model")
            failed = trying.wait() != 0
        finally:
            trying.kill()
            trying.wait()
        if failed:
            said.seek(0)
            lines = [line.rstrip() for line in said.readlines()]
            raise StackError("\n".join(["a history of the model broke a promise:", *lines[-SHOWN:]]))
    console.print(f"{count} histories kept every promise")
