"""Which files are mutated."""

import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path


class NothingMatchesError(Exception):
    """A glob, or a file that was asked for, names nothing that is mutated."""


def globs(root: Path) -> list[str]:
    """What is mutated at all, from `[tool.mutmut]` in pyproject.toml; `*` matches a slash as well, as mutmut has it."""
    found = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]["only_mutate"]
    return [str(glob) for glob in found]


def pure_files(root: Path, patterns: Sequence[str]) -> list[str]:
    """Every file that one of `patterns` matches.

    Raises:
        NothingMatchesError: a pattern matches no file, so a part of the domain would quietly no longer be measured.
    """
    paths = sorted(path.relative_to(root).as_posix() for path in (root / "services").rglob("*.py"))
    idle = [pattern for pattern in patterns if not any(fnmatchcase(path, pattern) for path in paths)]
    if idle:
        raise NothingMatchesError(f"[tool.mutmut] only_mutate: no file matches {', '.join(idle)}")
    return [path for path in paths if any(fnmatchcase(path, pattern) for pattern in patterns)]


def named(asked: Iterable[str], mutated: Sequence[str]) -> list[str]:
    """The files of `mutated` that `asked` names: a path, or a glob.

    Raises:
        NothingMatchesError: a name matches none of them.
    """
    found: set[str] = set()
    for pattern in asked:
        matching = {path for path in mutated if fnmatchcase(path, pattern)}
        if not matching:
            raise NothingMatchesError(f"{pattern} is none of the files that are mutated")
        found |= matching
    return sorted(found)


def changed_files(root: Path, base: str | None) -> set[str]:
    """What differs from `base` in the working tree, new files included.

    Without a `base`, from where this branch left main; on main itself, from the commit before.

    Raises:
        subprocess.CalledProcessError: git does not know `base`.
    """
    since = base or _left_main(root)
    differing = _git(root, "diff", "--name-only", "--diff-filter=d", since, "--")
    untracked = _git(root, "ls-files", "--others", "--exclude-standard")
    return {*differing, *untracked}


def mutant_globs(paths: Iterable[str]) -> list[str]:
    """The names of all mutants of these files: mutmut calls them `module.x_function` and `module.xǁClassǁmethod`."""
    modules = (path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in paths)
    return [f"{module}.{prefix}*" for module in modules for prefix in ("x_", "xǁ")]


def _left_main(root: Path) -> str:
    [head] = _git(root, "rev-parse", "HEAD")
    [left] = _git(root, "merge-base", "main", "HEAD")
    return left if left != head else "HEAD~"


def _git(root: Path, *arguments: str) -> list[str]:
    git = shutil.which("git") or "git"
    done = subprocess.run([git, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.splitlines()
