"""What all processes of one test run share: a folder, and servers that end when the run does."""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import certifi

from deploy.local.places import LOCAL

VARIABLE = "TEST_RUN_HOME"
"""Inherited by the workers that pytest-xdist starts."""
LEFT = "left.pid"
LAST_LOGS = LOCAL / "test-logs"
MEMORY = Path("/dev/shm")  # noqa: S108 - the run makes folders of its own in it
MEMORY_NEEDED = 4 * 1024**3
FONTS = Path(__file__).parents[1] / "web" / "fonts.conf"


def begin_run() -> None:
    """In the process that was started first: make the folder, and say where pytest makes its own."""
    root = in_memory()
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="security-info-tests-", dir=root)
    os.environ["SSL_CERT_FILE"] = str(_one_authority(run_home()))
    os.environ["FONTCONFIG_FILE"] = str(FONTS)
    if root is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(root))


def _one_authority(home: Path) -> Path:
    """The authorities that this run's processes trust unless they are told others. Nobody calls anybody outside, and
    each client of httpx that is made reads them all: for the usual hundred and more that takes 60 ms of CPU."""
    end = "-----END CERTIFICATE-----\n"
    file = home / "authority.pem"
    file.write_text(Path(certifi.where()).read_text("utf-8").partition(end)[0] + end, "utf-8")
    return file


def in_memory() -> Path | None:
    """A file system in memory with room for databases: each of their writes waits for the disk otherwise. What a
    killed server had written outlives it there as well."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED
    return MEMORY if roomy else None


def run_home() -> Path:
    """The folder."""
    return Path(os.environ[VARIABLE])


def leave(home: Path, process: int) -> None:
    """Let a server go on for the others, until the run ends."""
    with (home / LEFT).open("a", encoding="utf-8") as left:
        left.write(f"{process}\n")


def end_run() -> None:
    """In the process that began it, once no other needs a server: end what is left running, delete the folder."""
    home = run_home()
    for process in {*_left(home), *_inherited(home)} - {os.getpid()}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    keep_logs(home / "stack" / "logs")
    shutil.rmtree(home, ignore_errors=True)


def keep_logs(logs: Path) -> None:
    """What the services of the last run said, for whoever asks why a test failed."""
    if logs.exists():
        shutil.rmtree(LAST_LOGS, ignore_errors=True)
        shutil.copytree(logs, LAST_LOGS)


def _left(home: Path) -> list[int]:
    left = home / LEFT
    return [int(process) for process in left.read_text("utf-8").split()] if left.exists() else []


def _inherited(home: Path) -> list[int]:
    """Whatever was started on behalf of this run and is still there, because the run was interrupted; on Linux."""
    mark = f"{VARIABLE}={home}".encode()
    return [int(place.parent.name) for place in Path("/proc").glob("[0-9]*/environ") if mark in _words(place)]


def _words(environment: Path) -> list[bytes]:
    try:
        return environment.read_bytes().split(b"\0")
    except OSError:
        return []
