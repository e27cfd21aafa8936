"""What the processes of a test run do one after the other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.servers.run import run_home


@contextmanager
def alone_with(what: str) -> Iterator[None]:
    """Wait until no other process of the run is at it, and keep it until the end of the block. Not to be nested."""
    with (run_home() / f"{what}.turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
