"""`make smoke`: the main job in a real browser, against the stack that is up or one of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping

from deploy.local.commands.install import install_kafka
from deploy.local.commands.reset import empty
from deploy.local.given import given_servers, given_settings
from deploy.local.interrupts import interruptible
from deploy.local.output import Terminal
from deploy.local.places import LOCAL, ROOT
from deploy.local.ports import Ports
from deploy.local.stack import LAUNCHER, SERVICES, WORLD, LocalStack

SMOKE_HOME = LOCAL / "smoke-stack"


def run_smoke(language: str | None = None) -> int:
    """Run `python -m tests.smoke` with the stack's settings in its environment; returns its exit code. With a language
    the main job is walked by somebody who reads it, and nothing else.

    Raises:
        StackError: no stack was up and none could be started.
    """
    settings = given_settings()
    running = LocalStack(LOCAL, Ports.from_environment(settings), environment=settings)
    if all(running.is_ready(part) for part in (*WORLD, *SERVICES)):
        return _walk(running.settings(), language)
    with interruptible():
        return _walk_on_own_stack(language)


def _walk_on_own_stack(language: str | None) -> int:
    terminal = Terminal()

    def launcher_only(name: str, line: str) -> None:
        if name == LAUNCHER:
            terminal(name, line)

    given = given_servers()
    if given:
        given["SECURITY_INFO_TOPIC_PREFIX"] = f"smoke-{os.getpid()}"
    with LocalStack(SMOKE_HOME, Ports.free(), environment=given, sink=launcher_only) as stack:
        if "kafka" in stack.managed:
            install_kafka(lambda text: terminal(LAUNCHER, text))
        empty(stack)
        stack.up()
        return _walk(stack.settings(), language)


def _walk(settings: Mapping[str, str], language: str | None) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SECURITY_INFO_")}
    command = [sys.executable, "-m", "tests.smoke", *(["--language", language] if language else [])]
    return subprocess.run(command, cwd=ROOT, env={**environment, **settings}, check=False).returncode
