"""The keyring files of all services, in one directory: read, and replaced so that none is ever half written."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from services.cli.failures import CommandFailedError

if TYPE_CHECKING:
    from services.kit.clock import Clock
    from services.kit.crypto.key_files import Files
    from services.kit.crypto.keyring import Purpose, ServiceName

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Holds the files of all three services.")]
PurposeName = Annotated[str, typer.Option("--purpose", help="What the key is for, such as signing or destination.")]


def purpose_named(name: str) -> "Purpose":
    """Raises BadParameter."""
    from services.kit.crypto.rotation import OVERLAPS

    if name not in OVERLAPS:
        raise typer.BadParameter(f"{name!r} is none; choose from {', '.join(sorted(OVERLAPS))}", param_hint="--purpose")
    return cast("Purpose", name)


def clock() -> "Clock":
    """The time as the services have it, the demo's offset included."""
    from services.cli.settings import operator_settings
    from services.kit.clock import SystemClock

    return SystemClock(operator_settings().offset)


def read_all(directory: Path) -> "Files":
    """The files of all services. Raises CommandFailedError; OSError where one cannot be read."""
    from services.kit.crypto.keyring import PURPOSES

    return {service: _read(directory / f"{service}.json") for service in PURPOSES}


def replace_all(directory: Path, files: "Mapping[ServiceName, Mapping[str, Any]]") -> None:
    """One file after the other, each as a whole. Where that breaks off, `keys add` brings them together again."""
    for service, content in files.items():
        _replace_private(directory / f"{service}.json", json.dumps(content, indent=2) + "\n")


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """What the rules and the file system refuse, as one line."""
    from services.kit.crypto.rotation import TooEarlyError

    try:
        yield
    except TooEarlyError as early:
        raise CommandFailedError(str(early)) from None
    except OSError as error:
        raise CommandFailedError(f"cannot change {error.filename or directory}: {error.strerror}") from None


def write_private(path: Path, content: str) -> None:
    """Create the file with mode 0600 from its first moment, and only if it is new."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise CommandFailedError(f"{path} is not an object of keys by purpose")
    return content


def _replace_private(path: Path, content: str) -> None:
    """With mode 0600 from its first moment, and never half written."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    write_private(fresh, content)
    owner = path.stat()
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)
