"""`python -m tests.attack`: start a stack of its own, attack it, show what came of it."""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import httpx
import typer
from joserfc.jwk import ECKey
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT
from deploy.local.stack import LocalStack, Ports
from services.enrollment.app import build
from services.enrollment.settings import EnrollmentSettings
from services.kit.clock import SystemClock
from tests.attack.attempt import Plan
from tests.attack.report import Row, json_of, table_of
from tests.attack.routes import routes_of
from tests.attack.scene import Scene, set_up
from tests.attack.table import KINDS, Kind
from tests.attack.target import Target
from tests.support.servers.stack import QUICKLY
from tests.support.silence import silence

USUAL_REQUESTS = 1_000
SHOWN = 5
"""Of a class, how many of those that succeeded are told on the screen."""
TEXTED_WITHIN = 30.0
KEPT = 2.0
"""Seconds that a connection is used again: less than the service keeps one."""
TOLD_EVERY = 20.0
"""Seconds, where a class can take minutes: a log has no bar."""


def run(
    requests: Annotated[int, typer.Option(min=1, help="How many to generate from the API's description.")] = (
        USUAL_REQUESTS
    ),
    pairs: Annotated[int, typer.Option(min=50, help="How many pairs of answers to time.")] = 200,
    only: Annotated[str, typer.Option(help="Only classes whose name contains this.")] = "",
    minutes: Annotated[
        float, typer.Option(help="When to begin no further class, unless more requests are asked for.")
    ] = 6,
    save: Annotated[Path | None, typer.Option(help="Write the figures to this file, too.")] = None,
) -> None:
    """Attack the product in every way of the table. Ends with 1 where something succeeded, or was answered 5xx."""
    console, plan = Console(), Plan(requests, pairs)
    chosen = [kind for kind in KINDS if only.lower() in kind.name.lower()]
    if not chosen:
        raise typer.BadParameter(f"no class has {only!r} in its name")
    silence()
    until = time.monotonic() + (60 * minutes if requests <= USUAL_REQUESTS else float("inf"))
    try:
        with interruptible():
            rows = _all_tried(chosen, plan, until, console)
    except StackError as error:
        sys.stderr.write(f"attack: {error}\n")
        raise typer.Exit(1) from None
    console.print(table_of(rows, f"{plan.requests} generated requests, {plan.pairs} pairs"))
    for row in rows:
        for why in row.why[:SHOWN]:
            console.print(f"[red]{row.name}[/red]: {escape(why)}", highlight=False, soft_wrap=True)
    if save:
        save.write_text(json.dumps(json_of(rows, {"requests": requests, "pairs": pairs}), indent=2) + "\n", "utf-8")
    if not all(row.is_withstood for row in rows):
        raise typer.Exit(1)


def _all_tried(chosen: Sequence[Kind], plan: Plan, until: float, console: Console) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="attack-") as home, Progress(console=console) as progress:
        install_kafka(progress.log)
        settings = {"SECURITY_INFO_TOPIC_PREFIX": "attack", **QUICKLY}
        with LocalStack(Path(home), Ports.free(), environment=settings) as stack:
            stack.up()
            return asyncio.run(_tried(chosen, plan, until, stack, progress))


async def _tried(chosen: Sequence[Kind], plan: Plan, until: float, stack: LocalStack, progress: Progress) -> list[Row]:
    fresh = httpx.Limits(max_connections=100, max_keepalive_connections=0)
    kept = httpx.Limits(max_connections=100, keepalive_expiry=KEPT)
    url = stack.url("enrollment")
    async with (
        httpx.AsyncClient(base_url=url, timeout=30, limits=fresh, trust_env=False) as http,
        httpx.AsyncClient(base_url=url, timeout=30, limits=kept, trust_env=False) as keeping,
    ):
        rows, whole = [], progress.add_task("attacks", total=len(chosen))
        scene = await set_up(target_of(stack, http, keeping))
        for kind in chosen:
            if time.monotonic() > until:
                progress.console.print(f"{kind.name}: no time left")
                continue
            rows.append(await _row(kind, scene, plan, progress))
            progress.advance(whole)
        return rows


async def _row(kind: Kind, scene: Scene, plan: Plan, progress: Progress) -> Row:
    row, began, total = Row(kind.name, kind.promise), time.monotonic(), kind.total(plan) if kind.total else None
    task, told = progress.add_task(f"  {kind.name}", total=total), began
    for attack in kind.attacks:
        async for attempt in attack(scene, plan):
            row.count(attempt)
            progress.update(task, description=f"  {kind.name}: {row.attempts}", completed=row.attempts)
            if total and time.monotonic() > told + TOLD_EVERY:
                told = time.monotonic()
                progress.console.print(_so_far(row, total, told - began), highlight=False, soft_wrap=True)
    row.seconds = time.monotonic() - began
    progress.update(task, visible=False)
    for why in row.why[:SHOWN]:
        progress.console.print(f"  {escape(why)}", highlight=False, soft_wrap=True)
    done = f"{kind.name}: {row.attempts} attempts, {row.successes} successes, {row.seconds:.0f} s"
    progress.console.print(f"{done} ({row.answers})" if total else done, highlight=False, soft_wrap=True)
    return row


def _so_far(row: Row, total: int, seconds: float) -> str:
    rate = row.attempts / seconds
    left = max(0, total - row.attempts) / rate / 60
    known = f"{row.successes} successes, {row.failures} times 5xx"
    return f"  {row.name}: {row.attempts} of {total}, {rate:.0f} a second, about {left:.0f} min left; {known}"


def target_of(stack: LocalStack, http: httpx.AsyncClient, kept: httpx.AsyncClient) -> Target:
    """A stack that is up."""
    environment = stack.settings()
    clients = Path(environment["SECURITY_INFO_DEMO_HOME"]) / "clients"
    northbridge = stack.url("northbridge")

    async def texted(number: str) -> str:
        async with (
            httpx.AsyncClient(base_url=stack.url("handset"), timeout=10) as handset,
            asyncio.timeout(TEXTED_WITHIN),
        ):
            while True:
                messages = (await handset.get("/api/messages", params={"to": number})).json()
                if messages:
                    return str(messages[0]["body"]).rpartition("#")[2].strip()
                await asyncio.sleep(0.1)

    async def restart_verifier() -> None:
        await asyncio.to_thread(stack.kill, "verifier")
        await asyncio.to_thread(stack.start, "verifier")

    return Target(
        http=http,
        kept=kept,
        origin=stack.url("enrollment"),
        keys={path.stem: ECKey.import_key(json.loads(path.read_text("utf-8"))) for path in clients.glob("*.json")},
        returns={"northbridge": f"{northbridge}/return", "southgate": f"{northbridge}/southgate/return"},
        clock=SystemClock(),
        routes=routes_of(build(_settings(stack))),
        texted=texted,
        restart_verifier=restart_verifier,
    )


def _settings(stack: LocalStack) -> EnrollmentSettings:
    """To read the routes; nothing is started with them."""
    keyring = stack.home / "keys" / "enrollment.json"
    return EnrollmentSettings(environment="demo", keyring=keyring, config=ROOT / "deploy" / "demo" / "config.yaml")


if __name__ == "__main__":
    typer.run(run)
