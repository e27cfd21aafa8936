"""`python -m tests.model`: as many histories as one likes, from a printed seed."""

import logging
import secrets
from typing import Annotated

import structlog
import typer
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import Progress

from tests.model.machine import Core


def run(
    histories: Annotated[int, typer.Option(min=1)] = 10_000,
    of_seed: Annotated[int | None, typer.Option("--seed", help="Of all histories; printed.")] = None,
) -> None:
    """Try so many histories. One that breaks a promise is made as short as possible, and shown as steps to take."""
    console = Console()
    # What the services say of forged verdicts and the like would bury the progress.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    chosen = secrets.randbelow(2**32) if of_seed is None else of_seed
    console.print(f"seed {chosen}")
    with Progress(console=console) as progress:
        task = progress.add_task("histories", total=histories)

        class Counted(Core):
            def teardown(self) -> None:
                super().teardown()
                progress.advance(task)

        tried = settings(
            max_examples=histories,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(seed(chosen)(Counted), settings=tried)
    console.print(f"{histories} histories kept every promise")


if __name__ == "__main__":
    typer.run(run)
