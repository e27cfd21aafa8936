"""The broker's jars are those that were written down: Maven itself asks nobody but the server that they come from."""

import hashlib
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import ROOT

SUMS = ROOT / "deploy" / "local" / "kafka.sha256"
"""In the format of `sha256sum`."""


def as_sums(folder: Path) -> str:
    """A line a file."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


def refuse_other_jars(folder: Path, sums: Path = SUMS) -> None:
    """Check that exactly those that were written down are there.

    Raises:
        StackError: names one that is not.
    """
    found, wanted = set(as_sums(folder).splitlines()), set(sums.read_text("utf-8").splitlines())
    if differing := sorted({line.partition("  ")[2] for line in found ^ wanted}):
        raise StackError(
            f"{differing[0]} is not as {sums.name} says ({len(differing)} differ): what Maven fetched is not used. "
            "After a change of pom.xml write the sums anew by `make lock JARS=1`; else find out who changed it"
        )
