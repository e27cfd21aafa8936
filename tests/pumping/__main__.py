"""The command. Exit code 1 where people were refused more often than one in a thousand."""

import asyncio
import logging
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Annotated, Final, get_args

import structlog
import typer

from tests.pumping.report import written
from tests.pumping.simulation import Mode, Outcome, simulated
from tests.pumping.traffic import Pattern, attack, ordinary

PAGE: Final = Path(__file__).parents[2] / "docs" / "pumping.md"
MOST_REFUSED: Final = 0.001
MODES: Final[tuple[Mode, ...]] = ("slow", "deny")


def run(
    *,
    days: Annotated[
        int, typer.Option(min=28, help="Days of ordinary traffic; the last attack begins on the 27th.")
    ] = 30,
    seed: Annotated[int, typer.Option(help="The same seed, the same messages.")] = 17,
    price: Annotated[float, typer.Option(help="What one message costs, as an assumption.")] = 0.10,
    save: Annotated[bool, typer.Option("--save", help="Write docs/pumping.md.")] = False,
) -> None:
    """Judge three patterns of attack beside a month of ordinary traffic."""
    found = outcomes(days, seed)
    text = written(found, days=days, seed=seed, price=price)
    typer.echo(text)
    if save:
        PAGE.write_text(text, "utf-8")
    if any(outcome.share_stopped(None) > MOST_REFUSED for outcome in found.values()):
        raise typer.Exit(1)


def outcomes(days: int, seed: int) -> dict[Mode, Outcome]:
    """A month with an attack of each pattern, in each mode that stops anything; each in a process of its own."""
    with ProcessPoolExecutor(len(MODES)) as pool:
        found = pool.map(partial(outcome_in, days=days, seed=seed), MODES)
        return dict(zip(MODES, found, strict=True))


def outcome_in(mode: Mode, *, days: int, seed: int) -> Outcome:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    messages = [*ordinary(days, seed), *(one for pattern in get_args(Pattern) for one in attack(pattern, seed))]
    return asyncio.run(simulated(messages, mode))


if __name__ == "__main__":
    typer.run(run)
