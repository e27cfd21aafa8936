"""The local database: which program is at hand, how it is started, how the fast one is built."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import BUILT_PROGRAMS, LOCAL, ROOT, VENV_PROGRAMS

FAST = "secantusd-rs"
FAST_CRATE = ("secantus-mdb", "0.5.3-beta.196")


@dataclass(frozen=True)
class DatabaseProgram:
    """A server that speaks MongoDB's wire protocol."""

    name: str
    path: Path

    def command(self, port: int, data: Path) -> tuple[str, ...]:
        """How to serve `data` on 127.0.0.1."""
        if self.name == "mongod":
            return (str(self.path), "--bind_ip", "127.0.0.1", "--port", str(port), "--dbpath", str(data), "--quiet")
        # Without --sync-on-commit a killed server loses writes that it had acknowledged.
        return (
            *(str(self.path), "--host", "127.0.0.1", "--port", str(port), "--storage-path", str(data)),
            *("--sync-on-commit", "--log-level", "WARNING"),
        )


def find_database() -> DatabaseProgram:
    """The best program at hand: MongoDB's own, the fast stand-in, the one that comes with the virtual environment.

    Raises:
        StackError: none is there.
    """
    for name, folders in (("mongod", ()), (FAST, (BUILT_PROGRAMS,)), ("secantusd-py", (VENV_PROGRAMS,))):
        if path := _program(name, folders):
            return DatabaseProgram(name, path)
    raise StackError("no database: run `make database`, or set SECURITY_INFO_MONGODB_URL to a MongoDB of yours")


def build_fast_database() -> Path:
    """Build the fast database into `.local/bin`; about five minutes on two cores, nothing if it is there already.

    Raises:
        StackError: cargo is missing, or the build failed.
    """
    program = BUILT_PROGRAMS / FAST
    if program.exists():
        return program
    if shutil.which("cargo") is None:
        raise StackError("cargo is missing: install Rust (https://rustup.rs), or stay with the slower secantusd-py")
    crate, version = FAST_CRATE
    options = ("--locked", "--ignore-rust-version", "--root", str(LOCAL))
    built = subprocess.run(["cargo", "install", crate, "--version", version, *options], cwd=ROOT, check=False)
    if built.returncode != 0 or not program.exists():
        raise StackError(f"{crate} {version} could not be built; cargo says why above")
    return program


def _program(name: str, folders: tuple[Path, ...]) -> Path | None:
    found = shutil.which(name) or next((str(f / name) for f in folders if (f / name).exists()), None)
    return Path(found) if found else None
