"""`python -m tests.bench.profile`: where the CPU of a registration goes, as a flame graph of each service at work."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.commands.install import install_kafka
from deploy.local.errors import StackError
from deploy.local.interrupts import interruptible
from deploy.local.places import ROOT, VENV_PROGRAMS
from deploy.local.servers.database import find_database
from deploy.local.stack import LocalStack, Ports
from tests.bench.client import Tokens
from tests.bench.cycles import Crowd, callers, closed_loop
from tests.bench.history import SAVED
from tests.bench.machine import require_fast
from tests.bench.profile.flame import Stacks, flame_graph, read_stacks, shares, shares_table
from tests.support.people.api import Platform

PROFILED = ("enrollment", "verifier")
A_SECOND = 250
"""Samples, of which only those count in which Python itself was at work: waiting costs nothing."""
WARM = 50
"""Cycles before, so that nothing is seen for the first time."""
ATTACHES = 1.0
"""Seconds until the sampler has found its way into the process."""


def run(
    seconds: Annotated[float, typer.Option(min=2, help="How long it samples.")] = 10,
    clients: Annotated[int, typer.Option(min=1, max=32, help="How many register at once.")] = 8,
    *,
    keep: Annotated[bool, typer.Option("--save", help="Write the pictures below docs/benchmarks/.")] = False,
) -> None:
    """Sample enrollment and the verifier while software tokens are registered and proven in a closed loop."""
    console = Console()
    try:
        require_fast(find_database())
        with interruptible(), tempfile.TemporaryDirectory(prefix="profile-") as home:
            found = _profiled(Path(home), seconds, clients, console)
    except StackError as error:
        sys.stderr.write(f"profile: {error}\n")
        raise typer.Exit(1) from None
    for line in shares_table({name: shares(stacks) for name, stacks in found.items()}):
        console.print(line)
    if keep:
        SAVED.mkdir(parents=True, exist_ok=True)
        for name, stacks in found.items():
            path = SAVED / f"profile-{name}.svg"
            title = f"{name}, {clients} clients, {datetime.now(UTC):%d %B %Y}: samples in which Python was at work"
            path.write_text(flame_graph(title, stacks), "utf-8")
            console.print(f"saved as {path.relative_to(ROOT)}")


def _profiled(home: Path, seconds: float, clients: int, console: Console) -> dict[str, Stacks]:
    sampler = _sampler()
    install_kafka(console.print)
    with LocalStack(home, Ports.free(), environment={"SECURITY_INFO_TOPIC_PREFIX": "bench"}) as stack:
        stack.up()
        return asyncio.run(_sampled(stack, sampler, home, seconds, clients))


async def _sampled(stack: LocalStack, sampler: str, home: Path, seconds: float, clients: int) -> dict[str, Stacks]:
    tokens, crowd = Tokens(Platform(stack)), Crowd()
    most = int(seconds * 150)
    async with callers(tokens, clients) as connected:
        await crowd.grow(connected, WARM, lambda: None)
        await closed_loop(connected, seconds, crowd.cycle, most=WARM)
        await crowd.grow(connected, most, lambda: None)
        files = {name: home / f"{name}.stacks" for name in PROFILED}
        with _sampling(stack, sampler, files, seconds):
            await asyncio.sleep(ATTACHES)
            await closed_loop(connected, seconds, crowd.cycle, most=most)
    return {name: read_stacks(file.read_text("utf-8")) for name, file in files.items()}


@contextmanager
def _sampling(stack: LocalStack, sampler: str, files: dict[str, Path], seconds: float) -> Iterator[None]:
    """Samplers beside the work, which end by themselves. Raises StackError: one of them could not."""
    options = (
        "record",
        "--gil",
        "--rate",
        str(A_SECOND),
        "--format",
        "raw",
        "--duration",
        str(int(seconds + ATTACHES)),
    )
    started = [
        subprocess.Popen(
            [sampler, *options, "--output", str(file), "--pid", str(stack.pid(name))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, file in files.items()
    ]
    try:
        yield
        for process in started:
            process.wait(seconds + 60)
    finally:
        for process in started:
            process.kill()
    if not all(file.exists() for file in files.values()):
        raise StackError("the sampler may not look into the services; run it as their owner, with ptrace allowed")


def _sampler() -> str:
    """Raises StackError: it is not there. It is no part of the locked environment: nothing else needs it."""
    found = shutil.which("py-spy", path=str(VENV_PROGRAMS)) or shutil.which("py-spy")
    if found is None:
        raise StackError("py-spy is missing: put it on the PATH, for example by `pipx install py-spy`")
    return found


if __name__ == "__main__":
    typer.run(run)
