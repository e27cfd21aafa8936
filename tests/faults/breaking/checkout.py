"""An earlier version of the code, beside the one that is being worked on."""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from deploy.local.places import ROOT
from deploy.supply.locks import read

SITE = "site-of-before"
"""In such a checkout: what it is locked to and this environment lacks."""


@contextlib.contextmanager
def checkout(revision: str) -> Iterator[Path | None]:
    """A folder with that revision; None where the repository does not have it, as in a shallow clone."""
    with tempfile.TemporaryDirectory(prefix="before-") as home:
        folder = Path(home) / "code"
        made = _git("worktree", "add", "--detach", str(folder), f"{revision}^{{commit}}")
        if made.returncode != 0:
            yield None
            return
        try:
            _bring(folder)
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def lacking(lock: str, has: Callable[[str], bool]) -> str:
    """What of a lock is not there, a line each, as pip reads it."""
    return "".join(
        " ".join([str(locked.requirement), *(f"--hash=sha256:{digest}" for digest in sorted(locked.hashes))]) + "\n"
        for locked in read(lock)
        if not has(locked.name)
    )


def _bring(folder: Path) -> None:
    """What the revision imports and is no dependency any more, as it was locked then."""
    wanted = lacking((folder / "requirements" / "runtime.txt").read_text("utf-8"), _is_installed)
    if wanted:
        file = folder / "lacking.txt"
        file.write_text(wanted, "utf-8")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "--target", str(folder / SITE), "--requirement", str(file)], check=True)


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=False)
