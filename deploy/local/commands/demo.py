"""`make demo`: everything up, supervised, until the person has seen enough."""

import asyncio
import os
import threading
from datetime import timedelta
from pathlib import Path

import httpx

from deploy.demo import robin
from deploy.local.commands.install import install_kafka
from deploy.local.commands.reader import install_reader
from deploy.local.given import given_settings
from deploy.local.interrupts import ignore_interrupts, interruptible
from deploy.local.output import Terminal
from deploy.local.places import LOCAL
from deploy.local.ports import Ports
from deploy.local.stack import LAUNCHER, LocalStack
from deploy.local.supervisor import Supervisor
from services.cli.failures import CommandFailedError


def run_demo() -> None:
    """Start the demo on the ports of the settings and stay until Ctrl-C, SIGTERM, or a part that cannot be kept alive.

    Raises:
        StackError: it could not start, or could not be kept up.
    """
    settings = given_settings()
    terminal = Terminal()
    stack = LocalStack(LOCAL, Ports.from_environment(settings), environment=settings, sink=terminal)
    with interruptible():
        try:
            install_reader(lambda text: terminal(LAUNCHER, text))
            if "kafka" in stack.managed:
                install_kafka(lambda text: terminal(LAUNCHER, text))
            stack.up()
            _set_up_robin(stack, terminal)
            _announce(stack)
            terminal(LAUNCHER, "everything is ready; Ctrl-C stops it")
            Supervisor(stack, terminal).watch(threading.Event())
        except KeyboardInterrupt:
            terminal(LAUNCHER, "stopping")
        finally:
            ignore_interrupts()
            stack.down()
    terminal(LAUNCHER, "all stopped")


def _set_up_robin(stack: LocalStack, terminal: Terminal) -> None:
    """The one person of the demo who has everything already; the demo goes on without, and says so."""
    settings = stack.settings()
    world = robin.World(
        product=stack.url("enrollment"),
        northbridge=stack.url("northbridge"),
        handset=stack.url("handset"),
        home=Path(settings["SECURITY_INFO_DEMO_HOME"]),
        offset=timedelta(seconds=float(settings.get("SECURITY_INFO_CLOCK_OFFSET", "0"))),
    )
    try:
        done = asyncio.run(robin.set_up(world))
    except (robin.NotSetUpError, CommandFailedError, httpx.HTTPError) as error:
        terminal(LAUNCHER, f"robin is not set up: {error}")
        return
    if done:
        terminal(LAUNCHER, "robin has an app and a phone now")


def _announce(stack: LocalStack) -> None:
    lines = (
        ("Sign in at Northbridge", stack.url("northbridge"), "as alex@northbridge.example, password demo"),
        ("Handset and inbox", stack.url("handset"), "where the texts arrive"),
        ("The product", stack.url("enrollment"), "pages and API"),
        ("Events", "security-info events tail", "in another terminal, from .venv/bin"),
        ("Logs", os.path.relpath(stack.log("enrollment").parent), "one file a part"),
    )
    print()
    for what, where, remark in lines:
        print(f"  {what:<24}{where:<28}{remark}")
    print(flush=True)
