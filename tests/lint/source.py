"""A parsed module, and what rules ask of it."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property

Places = Mapping[str, str]
"""Paths (with `*`) that a rule leaves out, each with its reason."""


@dataclass(frozen=True, order=True)
class Finding:
    """One line of output. `remedy` says what to do instead."""

    path: str
    line: int
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}; {self.remedy}"


@dataclass(frozen=True)
class Import:
    """A module that is imported, in full; `from a import b` is `a.b`."""

    name: str
    line: int

    def of(self, package: str) -> bool:
        """Whether it is `package` or something in it."""
        return self.name == package or self.name.startswith(f"{package}.")


@dataclass(frozen=True)
class Source:
    """One module. `path` is relative to the repository, with slashes."""

    path: str
    tree: ast.Module

    @classmethod
    def parse(cls, path: str, text: str) -> "Source":
        """Parse `text`; raises SyntaxError."""
        return cls(path, ast.parse(text, path))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node, walked once for all rules."""
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> list[Import]:
        """What the module imports, at any depth."""
        return [found for node in self.nodes for found in _imports(node)]

    @cached_property
    def imported_names(self) -> dict[str, str]:
        """Local names of imports, with what they stand for."""
        return {local: full for node in self.nodes for local, full in _bindings(node)}

    def dotted(self, node: ast.expr) -> str:
        """`a.b.c` with imports resolved, or an empty text for what is no plain name."""
        if isinstance(node, ast.Name):
            return self.imported_names.get(node.id, node.id)
        if isinstance(node, ast.Attribute) and (start := self.dotted(node.value)):
            return f"{start}.{node.attr}"
        return ""

    def lies_in(self, places: Places) -> bool:
        """Whether one of the places covers this module."""
        return any(fnmatch(self.path, place) for place in places)


Rule = Callable[[Source], Iterator[Finding]]


def _imports(node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
        yield from (Import(f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _bindings(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
