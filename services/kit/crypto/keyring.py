"""Keys by purpose and id. A service starts only with the keys that it needs and refuses all others."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError

Purpose = Literal["code", "destination", "submission", "secret", "verdict", "index", "signing", "vapid"]
ServiceName = Literal["enrollment", "notifier", "verifier"]

PURPOSES: Mapping[ServiceName, frozenset[Purpose]] = {
    "enrollment": frozenset({"destination", "submission", "secret", "verdict", "index", "signing"}),
    "notifier": frozenset({"code", "destination", "index", "vapid"}),
    "verifier": frozenset({"code", "submission", "secret", "verdict"}),
}

KEY_BYTES = 32
PUBLIC_VAPID = "vapidPublicKey"
DEMO_ID = "demo-"
"""How the id of a key begins that was made for the demo, and lies on a disk that nobody guards."""

PUBLIC_POINT = re.compile(r"B[A-Za-z0-9_-]{86}")


class KeyringError(Exception):
    """The keyring file cannot be used; the message says which file, why and what to do."""


@dataclass(frozen=True)
class Key:
    """One secret key, in use from `created_at` on. `secret` never shows in a representation."""

    id: str
    secret: bytes = field(repr=False)
    created_at: datetime


class _StoredKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    key: SecretStr
    created_at: AwareDatetime = Field(alias="createdAt")


class Keyring:
    """The keys of one service, newest first in each purpose.

    `vapid_public_key` is what browsers must know before they subscribe to Web Push (RFC 8292, section 3.2): the public
    half of the notifier's newest `vapid` key, as base64url of the uncompressed point. Enrollment hands it out.
    """

    def __init__(self, keys: Mapping[Purpose, tuple[Key, ...]], vapid_public_key: str | None = None) -> None:
        self._keys = keys
        self.vapid_public_key = vapid_public_key

    @classmethod
    def load(cls, path: Path, service: ServiceName, *, demo: bool = False) -> "Keyring":
        """Read the file of `service`. `demo` says whether keys that were made for the demo are taken.

        Raises:
            KeyringError: unreadable, a purpose missing, a purpose that this service must not hold, or the demo's keys.
        """
        try:
            content = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise KeyringError(
                f"SECURITY_INFO_KEYRING: cannot read {path} ({type(error).__name__}); "
                "create keyrings with `security-info keys new DIR`"
            ) from None
        if not isinstance(content, dict):
            raise KeyringError(f"SECURITY_INFO_KEYRING: {path} is not an object of keys by purpose")
        public = content.pop(PUBLIC_VAPID, None) if service == "enrollment" else None
        if not (public is None or (isinstance(public, str) and PUBLIC_POINT.fullmatch(public))):
            raise KeyringError(f"SECURITY_INFO_KEYRING: {path}: {PUBLIC_VAPID} is malformed")
        keys = _checked(content, path, service)
        if not demo and any(key.id.startswith(DEMO_ID) for held in keys.values() for key in held):
            raise KeyringError(
                f"SECURITY_INFO_KEYRING: {path} holds the demo's keys; make your own with `security-info keys new DIR`"
            )
        return cls(keys, public)

    def newest(self, purpose: Purpose) -> Key:
        return self._keys[purpose][0]

    def find(self, purpose: Purpose, key_id: str) -> Key | None:
        return next((key for key in self.all(purpose) if key.id == key_id), None)

    def in_use_at(self, purpose: Purpose, moment: datetime) -> Key:
        """The newest key made at or before `moment`, else the oldest: services that hold the same keys agree on it."""
        keys = self.all(purpose)
        return next((key for key in keys if key.created_at <= moment), keys[-1])

    def all(self, purpose: Purpose) -> tuple[Key, ...]:
        return self._keys.get(purpose, ())


def _checked(content: dict[str, Any], path: Path, service: ServiceName) -> dict[Purpose, tuple[Key, ...]]:
    needed = PURPOSES[service]
    if missing := needed - content.keys():
        raise KeyringError(
            f"SECURITY_INFO_KEYRING: {path} lacks keys for {', '.join(sorted(missing))}; "
            "`security-info keys add DIR` puts what a newer version needs into the files of all services"
        )
    if superfluous := content.keys() - needed:
        raise KeyringError(
            f"SECURITY_INFO_KEYRING: {path} holds keys for {', '.join(sorted(superfluous))}, "
            f"which {service} must not have; give each service its own file"
        )
    return {purpose: _keys(content[purpose], path, purpose) for purpose in needed}


def _keys(entries: Any, path: Path, purpose: str) -> tuple[Key, ...]:
    try:
        stored = [_StoredKey.model_validate(entry) for entry in entries]
        keys = tuple(Key(entry.id, _decode(entry.key.get_secret_value()), entry.created_at) for entry in stored)
    except (TypeError, ValueError, ValidationError):
        raise KeyringError(f"SECURITY_INFO_KEYRING: {path}: the keys for {purpose} are malformed") from None
    if not keys:
        raise KeyringError(f"SECURITY_INFO_KEYRING: {path} lacks keys for {purpose}")
    return keys


def _decode(text: str) -> bytes:
    secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(secret) != KEY_BYTES:
        raise ValueError("wrong length")
    return secret
