"""The record of everybody who ever came to this stack, rebuilt from the log alone."""

import json
import subprocess
import sys

from deploy.local.places import ROOT
from deploy.local.stack import LocalStack
from tests.support.people.api import Platform, Somebody
from tests.support.waiting import awaited


def rebuilt(stack: LocalStack, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.cli", "events", "rebuild", *options]
    environment = stack.environment("enrollment")
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_log_alone_gives_the_methods_of_every_account(stack: LocalStack) -> None:
    platform = Platform(stack)
    anew = Somebody(platform, "rebuilt.1")
    anew.sign_in("everyone")
    anew.with_phone()

    done = awaited(lambda: done if (done := rebuilt(stack, "--json")).returncode == 0 else None, "no agreement", 20)

    people = {line["user"]: line for line in map(json.loads, done.stdout.splitlines())}
    (method,) = people["rebuilt.1"]["bound"].values()
    assert (method["type"], method["state"]) == ("phone", "active")
    assert people["rebuilt.1"]["default"] == method["id"]
    assert done.stderr.strip().endswith("0 differ")
