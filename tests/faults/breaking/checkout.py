"""An earlier version of the code, beside the one that is being worked on."""

import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from deploy.local.places import ROOT

SITE = "site-of-before"
"""In such a checkout: what it is locked to and this environment lacks."""
LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?:.*\\\n)+.*$", re.MULTILINE)
"""A package with its version and hashes, over several lines."""


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
    """The part of a lock whose packages are not there."""
    return "".join(f"{found[0]}\n" for found in LOCKED.finditer(lock) if not has(found["name"]))


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
