"""`python -m tests.mutants`: mutate the pure domain, show what the unit tests noticed, exit with 1 below the floor."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tests.mutants import mutmut
from tests.mutants.selection import NothingMatchesError, changed_files, globs, mutant_globs, named, pure_files
from tests.mutants.survivors import markdown
from tests.mutants.verdicts import FileVerdict, score

ROOT = Path(__file__).parents[2]
FLOOR = 85.0
PRINTED = 40
"""How many survivors are shown; the file has all."""


def run(
    files: Annotated[
        list[str] | None, typer.Argument(help="Paths or globs; without any, what differs from main.")
    ] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="The whole pure domain.")] = False,
    base: Annotated[str | None, typer.Option(help="What changed files are compared with.")] = None,
    floor: Annotated[float, typer.Option(help="Least percentage of killed mutants.")] = FLOOR,
    children: Annotated[int, typer.Option(help="Processes side by side.")] = os.cpu_count() or 1,
    save: Annotated[Path | None, typer.Option(help="Also write the figures into this JSON file.")] = None,
) -> None:
    """Mutate the pure domain and see which changes the unit tests notice."""
    console = Console()
    try:
        paths = _chosen(files or [], base, everything=everything)
        found = _measured(paths, children, console) if paths else []
    except (NothingMatchesError, mutmut.MutmutFailedError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"mutants: {error}\n")
        raise typer.Exit(2) from None
    if not found:
        console.print("no file of the pure domain is changed; ALL=1 takes all")
        return
    _show(found, console)
    if save:
        save.write_text(json.dumps(figures_of(found), indent=2) + "\n", "utf-8")
    raise typer.Exit(0 if score(found) >= floor else 1)


def figures_of(files: Sequence[FileVerdict]) -> dict[str, object]:
    """The figures of a run, for a file."""
    return {
        "score": round(score(files), 1),
        "mutants": sum(len(file.mutants) for file in files),
        "files": {file.path: _counts(file) for file in files},
    }


def table_of(files: Sequence[FileVerdict]) -> Table:
    """The figures for a person to read, the worst file last."""
    table = Table(title="Mutants that the unit tests noticed", title_justify="left")
    for column in ("file", "mutants", "killed", "survived", "untested", "unclear", "%"):
        table.add_column(column, justify="left" if column == "file" else "right", overflow="fold")
    for file in sorted(files, key=lambda file: -score([file])):
        table.add_row(file.path, *(str(figure) for figure in _counts(file).values()))
    total = FileVerdict("in all", tuple(mutant for file in files for mutant in file.mutants))
    table.add_section()
    table.add_row(total.path, *(str(figure) for figure in _counts(total).values()))
    return table


def _counts(file: FileVerdict) -> dict[str, float]:
    verdicts = {name: file.count(name) for name in ("killed", "survived", "untested", "unclear")}
    return {"mutants": len(file.mutants), **verdicts, "score": round(score([file]), 1)}


def _chosen(asked: Sequence[str], base: str | None, *, everything: bool) -> list[str]:
    mutated = pure_files(ROOT, globs(ROOT))
    if everything:
        return mutated
    if asked:
        return named(asked, mutated)
    changed = changed_files(ROOT, base)
    return [path for path in mutated if path in changed]


def _measured(paths: Sequence[str], children: int, console: Console) -> list[FileVerdict]:
    os.chdir(ROOT)
    with console.status("starting") as status:
        mutmut.run(ROOT, mutant_globs(paths), children=children, show=status.update)
    return [file for file in mutmut.verdicts(paths) if file.mutants]


def _show(files: Sequence[FileVerdict], console: Console) -> None:
    console.print(table_of(files))
    alive = sorted(mutmut.survivors(files))
    report = ROOT / mutmut.WORK / "survivors.md"
    report.write_text(markdown(alive), "utf-8")
    for found in alive[:PRINTED]:
        console.print(str(found), markup=False, highlight=False, soft_wrap=True)
    if alive:
        console.print(f"{len(alive)} survivors: {report.relative_to(ROOT)}; one of them: .venv/bin/mutmut show NAME")


if __name__ == "__main__":
    typer.run(run)
