"""`make lock`: writes the locks anew from pyproject.toml."""

from deploy.supply.locks import FROM_SOURCE, LOCKS, PYTHONS, Lock
from deploy.supply.tools import index_of_pip, run, tool

HEADER = "make lock"


def write_locks(upgrade: tuple[str, ...], *, everything: bool, days: int) -> None:
    """Resolve for all Pythons and platforms at once. What is locked stays, where it still fits.

    Args:
        upgrade: packages to take anew.
        everything: take all anew.
        days: the least age of a release. A malicious one is mostly found and withdrawn within days.

    Raises:
        StackError: uv could not be installed, or found no solution.
    """
    program, environment = str(tool("uv")), index_of_pip() | {"UV_PYTHON_DOWNLOADS": "never"}
    for lock in LOCKS:
        run((program, *arguments(lock, upgrade, everything=everything, days=days)), environment)


def arguments(lock: Lock, upgrade: tuple[str, ...], *, everything: bool, days: int) -> tuple[str, ...]:
    """What uv is called with; no address of an index gets into the file."""
    asked = (
        ("--group", f"pyproject.toml:{lock.group}")
        if lock.group
        else ("pyproject.toml", *(word for extra in lock.extras for word in ("--extra", extra)))
    )
    return (
        *("pip", "compile", *asked, "--output-file", f"requirements/{lock.name}.txt", "--quiet"),
        *("--universal", "--python-version", PYTHONS[0], "--generate-hashes", "--no-config"),
        *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", HEADER),
        *("--only-binary", ":all:", *(word for name in FROM_SOURCE for word in ("--no-binary", name))),
        *(("--constraint", f"requirements/{lock.within}.txt") if lock.within else ()),
        *(("--exclude-newer", f"{days} days") if days else ()),
        *(("--upgrade",) if everything else ()),
        *(word for name in upgrade for word in ("--upgrade-package", name)),
    )
