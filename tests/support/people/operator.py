"""What an operator and a platform do from the command line, with the settings of a running stack."""

import json
import os
import subprocess
import sys
from pathlib import Path

from deploy.local.stack import LocalStack


def command(stack: LocalStack, *arguments: str) -> str:
    """What the command line prints, with the settings of this stack."""
    program = str(Path(sys.executable).with_name("security-info"))
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, **stack.settings()},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def events_of(stack: LocalStack, user: str) -> list[dict[str, object]]:
    """All events about a user, as the command line gives them."""
    return [json.loads(line) for line in command(stack, "events", "user", user, "--json").splitlines() if line]
