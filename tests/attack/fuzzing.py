"""`python -m tests.attack.fuzzing PARSER`: the same parsers by atheris, which is led by what code an input reaches.

Not among the locked dependencies: install it beside them, `pip install atheris`, and see docs/testing.md.
"""

import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from time import thread_time

import typer

SECONDS = 60


def run(
    parser: str = typer.Argument(help="A part of its name; the shortest name that has it."), seconds: int = SECONDS
) -> None:
    """Until one breaks, or so long. An input that breaks it is shown, and ends with a status other than 0."""
    import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]  # optional

    with atheris.instrument_imports(include=["services"]):
        from tests.attack.attacks.parsers import SLOW, TooSlowError, parsers
    named = [known for known in parsers() if parser.lower() in known.name.lower()]
    chosen = min(named, key=lambda known: len(known.name))

    def read(content: bytes) -> None:
        began = thread_time()
        with suppress(*chosen.refuses):
            chosen.read(content)
        if thread_time() - began > SLOW:
            raise TooSlowError(f"input {content!r}")

    with tempfile.TemporaryDirectory(prefix="fuzzing-") as corpus:
        for number, sample in enumerate(chosen.samples):
            (Path(corpus) / str(number)).write_bytes(sample)
        atheris.Setup([sys.argv[0], f"-max_total_time={seconds}", f"-artifact_prefix={corpus}/", corpus], read)
        atheris.Fuzz()


if __name__ == "__main__":
    typer.run(run)
