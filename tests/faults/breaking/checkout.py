"""An earlier version of the code, beside the one that is being worked on."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deploy.local.places import ROOT


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
            yield folder
        finally:
            _git("worktree", "remove", "--force", str(folder))


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=False)
