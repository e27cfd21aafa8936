"""`python -m tests.model`: as many histories as one likes, from a printed seed."""

import secrets
from typing import Annotated

import typer
from rich.console import Console

from tests.model.trying import try_histories


def run(
    histories: Annotated[int, typer.Option(min=1)] = 10_000,
    of_seed: Annotated[int | None, typer.Option("--seed", help="Of all histories; printed.")] = None,
) -> None:
    """Try so many histories. One that breaks a promise is shown as steps to take."""
    console = Console()
    chosen = secrets.randbelow(2**32) if of_seed is None else of_seed
    console.print(f"seed {chosen}")
    try_histories(histories, chosen, console)


if __name__ == "__main__":
    typer.run(run)
