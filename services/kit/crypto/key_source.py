"""Where a service's keys come from: a file, unless somebody adds a key service (see docs/adr/0024-keys-rotate.md)."""

import json
from pathlib import Path
from typing import Any, Protocol


class KeyringError(Exception):
    """The keyring cannot be used; the message says which, why and what to do."""


class KeySource(Protocol):
    """Gives the keys of one service when it starts. `name` tells an operator which source it is; it is no secret."""

    @property
    def name(self) -> str: ...

    def read(self) -> Any:
        """The keys as a keyring file has them: an object of lists by purpose, newest first.

        Raises:
            KeyringError: they cannot be had; the message names the source and the remedy, and quotes nothing of it.
        """
        ...


class KeyFile:
    """A file that only the service can read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def name(self) -> str:
        return str(self._path)

    def read(self) -> Any:
        try:
            return json.loads(self._path.read_text())
        except (OSError, ValueError) as error:
            raise KeyringError(
                f"SECURITY_INFO_KEYRING: cannot read {self._path} ({type(error).__name__}); "
                "create keyrings with `security-info keys new DIR`"
            ) from None


def source_of(setting: Path) -> KeySource:
    """The source that `SECURITY_INFO_KEYRING` names."""
    return KeyFile(setting)
