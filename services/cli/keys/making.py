"""`security-info keys new` and `keys add`: a keyring for each service, with all that it needs."""

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from services.cli.failures import CommandFailedError
from services.cli.keys.files import Directory, clock, explained, read_all, replace_all, write_private


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
            write_private(path, json.dumps(keyring, indent=2) + "\n")
            typer.echo(f"wrote {path}")
    except OSError as error:
        raise CommandFailedError(f"cannot write to {directory}: {error.strerror}") from None


def add(directory: Directory) -> None:
    """Add a key for each purpose that a newer version needs to the files in DIR; keys that are there stay.

    It also gives each file the keys that another one has for the same purpose, after a step that was interrupted. Each
    file is replaced as a whole. Hand the new ones out before the services are upgraded, the verifier first.
    """
    from services.kit.crypto.key_files import completed

    with explained(directory):
        present = read_all(directory)
        for service, keyring in completed(present, clock().now()).items():
            added = sorted(purpose for purpose in keyring if keyring[purpose] != present[service].get(purpose))
            if added:
                replace_all(directory, {service: keyring})
            typer.echo(f"{directory / service}.json: {'added ' + ', '.join(added) if added else 'complete'}")


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
