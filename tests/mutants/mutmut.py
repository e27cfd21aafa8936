"""mutmut, run in the repository, and what it left in its work folder."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from tests.mutants.survivors import Survivor, survivor
from tests.mutants.verdicts import FileVerdict, Mutant, verdict_of

WORK = "mutants"
"""mutmut's folder; it can't be given another one."""


class MutmutFailedError(Exception):
    """The run did not come to its end; carries the end of its output."""


def run(root: Path, mutants: Sequence[str], *, children: int, show: Callable[[str], None]) -> None:
    """Run all mutants whose names match, without what an earlier run found: mutmut does not see that a test changed.

    `show` is given each line of its progress.

    Raises:
        MutmutFailedError: for instance because the tests fail without any mutant.
    """
    shutil.rmtree(root / WORK, ignore_errors=True)
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", str(children), *mutants]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        output = list(_shown(process.stdout, show)) if process.stdout else []
    if process.returncode:
        raise MutmutFailedError("\n".join(output[-40:]))


def verdicts(paths: Iterable[str]) -> list[FileVerdict]:
    """What became of the mutants of these files; reads below the current folder, as mutmut does."""
    return [FileVerdict(path, tuple(_mutants(path))) for path in paths]


def survivors(files: Iterable[FileVerdict]) -> list[Survivor]:
    """Every mutant that no test noticed."""
    return [
        survivor(
            file.path,
            mutant.name,
            mutant.verdict,
            function=_function(mutant.name),
            diff=get_diff_for_mutant(mutant.name, path=file.path),
            source=Path(file.path).read_text("utf-8"),
        )
        for file in files
        for mutant in file.alive
    ]


def _mutants(path: str) -> Iterator[Mutant]:
    data = SourceFileMutationData(path=path)
    data.load()
    for name, exit_code in data.exit_code_by_key.items():
        yield Mutant(name, verdict_of(status_by_exit_code[exit_code]))


def _function(mutant: str) -> str:
    name, owner = orig_function_and_class_names_from_key(mutant)
    return f"{owner}.{name}" if owner else name


def _shown(output: IO[str], show: Callable[[str], None]) -> Iterator[str]:
    """Each line; text mode ends one at a carriage return, too, with which mutmut draws its progress."""
    for line in output:
        show(line.rstrip())
        yield line.rstrip()
