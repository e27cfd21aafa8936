"""As many histories as one likes, from one seed."""

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from rich.console import Console
from rich.progress import Progress

from tests.model.machine import Core
from tests.support.silence import silence

STEPS = 40
"""Of a history, at most."""


def try_histories(count: int, of_seed: int, console: Console) -> None:
    """Show how far it is. One that breaks a promise is made as short as possible, and raised as steps to take."""
    # What the services say of forged verdicts and the like would bury the progress.
    silence()
    with Progress(console=console) as progress:
        task = progress.add_task("histories", total=count)

        class Counted(Core):
            def teardown(self) -> None:
                super().teardown()
                progress.advance(task)

        tried = settings(
            max_examples=count,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(seed(of_seed)(Counted), settings=tried)
    console.print(f"{count} histories kept every promise")
