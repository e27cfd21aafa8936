"""What became of the mutants, file by file."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["killed", "survived", "untested", "unclear"]
"""`untested`: no test calls the function. `unclear`: the test process crashed, or never ran."""

_OF_MUTMUT: dict[str, Verdict] = {
    "killed": "killed",
    "timeout": "killed",
    "survived": "survived",
    "no tests": "untested",
}


@dataclass(frozen=True)
class Mutant:
    """One change of one function. `name` is mutmut's, for `mutmut show`."""

    name: str
    verdict: Verdict


@dataclass(frozen=True)
class FileVerdict:
    """The mutants of one file."""

    path: str
    mutants: tuple[Mutant, ...]

    def count(self, verdict: Verdict) -> int:
        """How many have this verdict."""
        return Counter(mutant.verdict for mutant in self.mutants)[verdict]

    @property
    def alive(self) -> list[Mutant]:
        """Those that no test noticed, in order."""
        return [mutant for mutant in self.mutants if mutant.verdict != "killed"]


def verdict_of(status: str) -> Verdict:
    """Ours, for the word of mutmut. A mutant that runs for ever is noticed."""
    return _OF_MUTMUT.get(status, "unclear")


def score(files: Iterable[FileVerdict]) -> float:
    """Killed, in percent of all mutants; those without a test count. 100 if there is nothing to kill."""
    listed: Sequence[FileVerdict] = list(files)
    total = sum(len(file.mutants) for file in listed)
    return 100 * sum(file.count("killed") for file in listed) / total if total else 100.0
