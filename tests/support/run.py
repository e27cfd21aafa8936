"""What all processes of one test run share: a folder, and servers that end when the run does."""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

VARIABLE = "TEST_RUN_HOME"
"""Inherited by the workers that pytest-xdist starts."""
LEFT = "left.pid"


def begin_run() -> None:
    """In the process that was started first: make the folder."""
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="security-info-tests-")


def run_home() -> Path:
    """The folder."""
    return Path(os.environ[VARIABLE])


def leave(home: Path, process: int) -> None:
    """Let a server go on for the others, until the run ends."""
    with (home / LEFT).open("a", encoding="utf-8") as left:
        left.write(f"{process}\n")


def end_run() -> None:
    """In the process that began it, once no other needs a server: end what was left running, delete the folder."""
    home = run_home()
    if (home / LEFT).exists():
        for process in (home / LEFT).read_text("utf-8").split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
    shutil.rmtree(home, ignore_errors=True)
