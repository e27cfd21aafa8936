"""`security-info keys …`: the services' keyrings."""

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.failures import CommandFailedError

app = typer.Typer(no_args_is_help=True, help="Keys by purpose, one file a service.")


@app.callback()
def keys() -> None:
    """Keys by purpose, one file a service, each with only the purposes that the service needs."""


@app.command()
def new(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Created if absent.")],
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Keys that services take in the demo alone.")] = False,
) -> None:
    """Write fresh enrollment.json, notifier.json and verifier.json to DIR, readable by you alone.

    Never overwrites: what was sealed under a key that is gone cannot be opened again. Never writes to where git would
    commit them.
    """
    from services.kit.clock import SystemClock
    from services.kit.crypto.key_files import new_keyrings

    keyrings = new_keyrings(SystemClock().now(), demo=demo)
    contents = {directory / f"{name}.json": keyring for name, keyring in keyrings.items()}
    _refuse_committed(contents)
    if present := [path for path in contents if path.exists()]:
        raise CommandFailedError(f"{present[0]} exists already; choose another directory, or move the old keys away")
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, keyring in contents.items():
            _write_private(path, json.dumps(keyring, indent=2) + "\n")
            typer.echo(f"wrote {path}")
    except OSError as error:
        raise CommandFailedError(f"cannot write to {directory}: {error.strerror}") from None


@app.command()
def add(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Holds the files of all three services.")],
) -> None:
    """Add a key for each purpose that a newer version needs to the files in DIR; keys that are there stay.

    Each file is replaced as a whole. Hand the new ones out before the services are upgraded, the verifier first.
    """
    from services.kit.clock import SystemClock
    from services.kit.crypto.key_files import completed
    from services.kit.crypto.keyring import PURPOSES

    paths = {service: directory / f"{service}.json" for service in PURPOSES}
    try:
        present = {service: _read(path) for service, path in paths.items()}
        for service, keyring in completed(present, SystemClock().now()).items():
            added = sorted(keyring.keys() - present[service].keys())
            if added:
                _replace_private(paths[service], json.dumps(keyring, indent=2) + "\n")
            typer.echo(f"{paths[service]}: {'added ' + ', '.join(added) if added else 'complete'}")
    except OSError as error:
        raise CommandFailedError(f"cannot change {error.filename or directory}: {error.strerror}") from None


def _refuse_committed(paths: Iterable[Path]) -> None:
    """Refuse files in a git repository that does not ignore them: one `git add .` would publish the keys."""
    for path in (path.resolve() for path in paths):
        repository = next((folder for folder in path.parents if (folder / ".git").exists()), None)
        if repository and not _ignores(repository, path):
            raise CommandFailedError(
                f"{path} lies in the git repository {repository}, which does not ignore it; "
                "choose a directory outside, or name it in .gitignore"
            )


def _ignores(repository: Path, path: Path) -> bool:
    """Whether git leaves the file alone; not if git cannot say."""
    question = ["git", "-C", str(repository), "check-ignore", "--quiet", "--", str(path)]
    try:
        return subprocess.run(question, capture_output=True, check=False).returncode == 0  # noqa: S603 - no shell
    except OSError:
        return False


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
    _write_private(fresh, content)
    owner = path.stat()
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)


def _write_private(path: Path, content: str) -> None:
    """Create the file with mode 0600 from its first moment, and only if it is new."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
