"""Survivors, as a person reads them: where, what was written, what became of it."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_HEADER = re.compile(r"^(---|\+\+\+) ")


@dataclass(frozen=True, order=True)
class Survivor:
    """A change that no test noticed. `line` is in the file, `was` and `became` are lines of code."""

    path: str
    line: int
    function: str
    was: str
    became: str
    name: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.function}: {self.was}  →  {self.became or '(dropped)'}"


def survivor(path: str, name: str, verdict: str, *, function: str, diff: str, source: str) -> Survivor:
    """One survivor from mutmut's diff of its function."""
    was, became = _sides(diff)
    line = _line(source, function, was[0] if was else "")
    return Survivor(path, line, function, _joined(was), _joined(became), name, verdict)


def markdown(survivors: Iterable[Survivor]) -> str:
    """All of them, file by file, each as a diff."""
    lines: list[str] = ["# Surviving mutants"]
    path = ""
    for found in sorted(survivors):
        if found.path != path:
            path = found.path
            lines.append(f"\n## {path}")
        lines.append(f"\n{found.line}, `{found.function}`, {found.verdict} (`{found.name}`)\n")
        lines.append(f"```diff\n- {found.was}\n+ {found.became}\n```")
    return "\n".join(lines) + "\n"


def _sides(diff: str) -> tuple[list[str], list[str]]:
    lines = [line for line in diff.splitlines() if not _HEADER.match(line)]
    return [line[1:] for line in lines if line.startswith("-")], [line[1:] for line in lines if line.startswith("+")]


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _line(source: str, function: str, first: str) -> int:
    """The line that was changed, or that of the function."""
    lines = source.splitlines()
    definition = next(node for name, node in _functions(ast.parse(source)) if name == function)
    span = range(definition.lineno, (definition.end_lineno or definition.lineno) + 1)
    return next((number for number in span if lines[number - 1].strip() == first.strip()), definition.lineno)


def _functions(node: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, ast.stmt]]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + member.name, member
        elif isinstance(member, ast.ClassDef):
            yield from _functions(member, f"{prefix}{member.name}.")
