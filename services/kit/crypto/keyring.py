"""Keys by purpose and id. A service starts only with the keys that it needs and refuses all others."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.kit.clock import Clock, SystemClock
from services.kit.crypto import metrics
from services.kit.crypto.key_source import KeyringError, KeySource, source_of

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


@dataclass(frozen=True)
class Key:
    """One secret key. It opens, checks and is published as soon as it is held; it seals, signs and hashes only from
    `active_from` on (None: from `created_at` on), when all who need it hold it. `secret` never shows in a
    representation."""

    id: str
    secret: bytes = field(repr=False)
    created_at: datetime
    active_from: datetime | None = None

    @property
    def in_use_from(self) -> datetime:
        return self.active_from or self.created_at


class _StoredKey(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    key: SecretStr
    created_at: AwareDatetime = Field(alias="createdAt")
    active_from: AwareDatetime | None = Field(default=None, alias="activeFrom")


class Keyring:
    """The keys of one service, newest first in each purpose.

    `vapid_public_key` is what browsers must know before they subscribe to Web Push (RFC 8292, section 3.2): the public
    half of the notifier's newest `vapid` key, as base64url of the uncompressed point. Enrollment hands it out.
    """

    def __init__(
        self,
        keys: Mapping[Purpose, tuple[Key, ...]],
        vapid_public_key: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._keys = keys
        self.vapid_public_key = vapid_public_key
        self._clock = clock or SystemClock()

    @classmethod
    def load(cls, path: Path, service: ServiceName, clock: Clock | None = None, *, demo: bool = False) -> "Keyring":
        """Read the keys of `service` from where its setting says. `demo` says whether keys that were made for the demo
        are taken.

        Raises:
            KeyringError: unreadable, a purpose missing, a purpose that this service must not hold, or the demo's keys.
        """
        source = source_of(path)
        keyring = cls.read(source, service, clock)
        held = [(purpose, key) for purpose in PURPOSES[service] for key in keyring.all(purpose)]
        if not demo and any(key.id.startswith(DEMO_ID) for _, key in held):
            raise KeyringError(
                f"SECURITY_INFO_KEYRING: {source.name} holds the demo's keys; "
                "make your own with `security-info keys new DIR`"
            )
        metrics.tell_of(held)
        return keyring

    @classmethod
    def read(cls, source: KeySource, service: ServiceName, clock: Clock | None = None) -> "Keyring":
        """Read the keys of `service` from a source, the demo's too. Raises KeyringError, as `load`."""
        content = source.read()
        if not isinstance(content, dict):
            raise KeyringError(f"SECURITY_INFO_KEYRING: {source.name} is not an object of keys by purpose")
        public = content.pop(PUBLIC_VAPID, None) if service == "enrollment" else None
        if not (public is None or (isinstance(public, str) and PUBLIC_POINT.fullmatch(public))):
            raise KeyringError(f"SECURITY_INFO_KEYRING: {source.name}: {PUBLIC_VAPID} is malformed")
        return cls(_checked(content, source.name, service), public, clock)

    def current(self, purpose: Purpose) -> Key:
        """The key to write with now."""
        return self.in_use_at(purpose, self._clock.now())

    def find(self, purpose: Purpose, key_id: str) -> Key | None:
        return next((key for key in self.all(purpose) if key.id == key_id), None)

    def in_use_at(self, purpose: Purpose, moment: datetime) -> Key:
        """The newest key in use at `moment`, else the oldest: services that hold the same keys agree on it."""
        keys = self.all(purpose)
        return next((key for key in keys if key.in_use_from <= moment), keys[-1])

    def all(self, purpose: Purpose) -> tuple[Key, ...]:
        """Every key held, newest first; also one that is not in use yet."""
        return self._keys.get(purpose, ())


def _checked(content: dict[str, Any], name: str, service: ServiceName) -> dict[Purpose, tuple[Key, ...]]:
    needed = PURPOSES[service]
    if missing := needed - content.keys():
        raise KeyringError(
            f"SECURITY_INFO_KEYRING: {name} lacks keys for {', '.join(sorted(missing))}; "
            "`security-info keys add DIR` puts what a newer version needs into the files of all services"
        )
    if superfluous := content.keys() - needed:
        raise KeyringError(
            f"SECURITY_INFO_KEYRING: {name} holds keys for {', '.join(sorted(superfluous))}, "
            f"which {service} must not have; give each service its own file"
        )
    return {purpose: keys_of(content[purpose], name, purpose) for purpose in needed}


def keys_of(entries: Any, name: str, purpose: str) -> tuple[Key, ...]:
    """The keys of one purpose as a file has them. Raises KeyringError: malformed, or none."""
    try:
        stored = [_StoredKey.model_validate(entry) for entry in entries]
        keys = tuple(
            Key(entry.id, _decode(entry.key.get_secret_value()), entry.created_at, entry.active_from)
            for entry in stored
        )
    except (TypeError, ValueError, ValidationError):
        raise KeyringError(f"SECURITY_INFO_KEYRING: {name}: the keys for {purpose} are malformed") from None
    if not keys:
        raise KeyringError(f"SECURITY_INFO_KEYRING: {name} lacks keys for {purpose}")
    return keys


def _decode(text: str) -> bytes:
    secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(secret) != KEY_BYTES:
        raise ValueError("wrong length")
    return secret
