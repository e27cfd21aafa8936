"""The parts of the local stack: what each is called, how it is started, and the keys that they need."""

import json
import subprocess
import sys
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import ROOT, VENV_PROGRAMS
from deploy.local.ports import Ports, free_ports
from deploy.local.servers import kafka
from deploy.local.servers.database import find_database
from services.kit.crypto.keyring import PURPOSES

SERVERS = ("kafka", "mongodb")
SERVICES = ("enrollment", "notifier", "verifier")
WORLD = ("northbridge", "handset")
PARTS = (*SERVERS, *WORLD, *SERVICES)
CHANNELS = ("sms", "voice", "email", "push")
"""What the notifier of the local stack serves."""

SECURITY_INFO = str(VENV_PROGRAMS / "security-info")


def command_of(name: str, home: Path, ports: Ports) -> tuple[str, ...]:
    """How a part is started that keeps its data in `home`."""
    match name:
        case "kafka":
            return kafka.broker(kafka.prepare(home / "kafka", ports.kafka, free_ports(1)[0]))
        case "mongodb":
            data = home / "database"
            data.mkdir(parents=True, exist_ok=True)
            return find_database().command(ports.mongodb, data)
        case "notifier":
            channels = [word for channel in CHANNELS for word in ("--channel", channel)]
            return (SECURITY_INFO, "serve", "notifier", *channels)
        case "enrollment" | "verifier":
            return (SECURITY_INFO, "serve", name)
        case _:
            return (sys.executable, "-m", f"deploy.demo.{name}")


def make_keys(keys: Path, clients: Path) -> None:
    """Give the services their keys and the demo's clients theirs, unless they have them.

    Raises:
        StackError: a command that makes them failed.
    """
    if not (keys / "enrollment.json").exists():
        _run([SECURITY_INFO, "keys", "new", "--demo", str(keys)])
    elif _lacks_keys(keys):
        _run([SECURITY_INFO, "keys", "add", str(keys)])
    if not (clients / "southgate.json").exists():
        _run([sys.executable, "-m", "deploy.demo.clients", str(clients)])


def _lacks_keys(keys: Path) -> bool:
    """Whether an earlier version made them, which knew fewer purposes."""
    return any(
        purposes - json.loads((keys / f"{service}.json").read_text("utf-8")).keys()
        for service, purposes in PURPOSES.items()
    )


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines() or ["no reason given"]
        raise StackError(f"{' '.join(command)} failed: {reason[-1]}")
