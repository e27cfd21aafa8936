"""What an operator and a platform do from the command line, with the settings of a running stack."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from deploy.local.stack import LocalStack
from tests.support.people.api import Platform
from tests.support.people.journey import World


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


def interrupt(stack: LocalStack, world: World, changes: dict[str, object] | None = None) -> httpx.Response:
    """Ask for an interrupt as a platform does."""
    token = Platform(stack, scope="interrupts").token()
    body = {
        "user": {"id": f"sam.{os.urandom(4).hex()}", "userPrincipalName": "sam@x.example", "displayName": "Sam"},
        "returnUrl": f"{world.northbridge}/return",
        "authenticatedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        **(changes or {}),
    }
    return httpx.post(
        f"{world.public}/v1.0/interrupts", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=20
    )
