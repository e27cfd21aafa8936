"""Where the figures were measured: without it they say nothing."""

import os
import platform
import re
import subprocess
from importlib.metadata import version

from deploy.local.errors import StackError
from deploy.local.places import KAFKA_LIBS, ROOT
from deploy.local.servers.database import FAST, DatabaseProgram

LIBRARIES = ("aiokafka", "pymongo", "fastapi", "uvicorn", "httpx")


def require_fast(database: DatabaseProgram) -> DatabaseProgram:
    """The database, if figures on it mean something.

    Raises:
        StackError: it is the stand-in that answers several times slower.
    """
    if database.name == "secantusd-py":
        raise StackError(
            f"no figures on {database.name}: it is a stand-in whose writes take several times as long. "
            f"Run `make database`, or put {FAST} on the PATH"
        )
    return database


def facts(database: DatabaseProgram) -> dict[str, object]:
    """Cores, load, memory and versions."""
    return {
        "cores": os.cpu_count(),
        "loadBefore": load(),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "kafka": _kafka_version(),
        "databaseName": database.name,
        "database": _first_line([str(database.path), "--version"]),
        "libraries": {name: version(name) for name in LIBRARIES},
        "commit": _first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]),
    }


def load() -> float:
    """Processes that ran or waited to, on average over the last minute: more than cores means that they waited."""
    return round(os.getloadavg()[0], 1)


def _kafka_version() -> str:
    names = (path.name for path in KAFKA_LIBS.glob("kafka-clients-*.jar"))
    found = (re.fullmatch(r"kafka-clients-([0-9.]+)\.jar", name) for name in names)
    return next((match[1] for match in found if match), "unknown")


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return next(iter(done.stdout.splitlines()), "unknown")
