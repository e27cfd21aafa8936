"""A disk that can be filled: a small file system in memory, for the broker's data."""

import contextlib
import errno
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE_MB = 400
BALLAST = "ballast"
CHUNK = 1 << 20


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Put `folder` on a file system of its own; whether that was possible. Only root may."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield False
        return
    try:
        yield True
    finally:
        unmount = ["umount", "--lazy", str(folder)]
        subprocess.run(unmount, check=True)


def fill(folder: Path) -> None:
    """Leave not a byte."""
    with (folder / BALLAST).open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        chunk = CHUNK
        while chunk:
            try:
                ballast.write(b"\0" * chunk)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                chunk //= 2


def empty(folder: Path) -> None:
    """Give the space back."""
    (folder / BALLAST).unlink(missing_ok=True)
