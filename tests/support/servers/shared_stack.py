"""One stack for all processes of a test run, held by a process of its own, since no worker is there to the end.

`python -m tests.support.servers.shared_stack HOME KAFKA_URL` starts it, writes where it is, and stays.
"""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from deploy.local.stack import LocalStack, Ports
from tests.support.servers.run import leave
from tests.support.servers.turns import alone_with

START_WITHIN = 120.0
PLACE = "place.json"


def shared_stack(home: Path, kafka_url: str) -> LocalStack:
    """The stack as those see it who did not start it: its addresses, files and settings. The first to ask starts it."""
    with alone_with("stack"):
        place = home / PLACE
        if not place.exists():
            _start(home, kafka_url)
        found = json.loads(place.read_text("utf-8"))
    return LocalStack(home, Ports(**found["ports"]), environment=found["given"])


def _start(home: Path, kafka_url: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    log, deadline = home / "launcher.log", time.monotonic() + START_WITHIN
    with log.open("ab") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(home), kafka_url],
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    leave(home.parent, process.pid)
    while not (home / PLACE).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the stack did not start:\n{log.read_text('utf-8')}")
        time.sleep(0.1)


def main(home: Path, kafka_url: str) -> None:
    """Start it, say where it is, stay until killed."""
    from tests.support.servers.stack import local_stack, settings_of_tests

    given = settings_of_tests(SECURITY_INFO_KAFKA_URL=kafka_url)
    with local_stack(home, **given) as whole:
        whole.up()
        found = home / f"{PLACE}.new"
        found.write_text(json.dumps({"ports": asdict(whole.ports), "given": given}), "utf-8")
        found.replace(home / PLACE)
        signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
