"""The demo's platform clients: their signing keys, and the bearer tokens made with them.

`python -m deploy.demo.clients DIR` creates the keys that are missing in DIR.
"""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENTS = ("northbridge", "southgate")
TOKEN_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Client:
    """A platform that may call the product: its id (also its `iss` and its tenant) and its private key."""

    id: str
    key: ECKey

    def public_keys(self) -> dict[str, Any]:
        """The JWKS to publish (RFC 7517, section 5)."""
        return {"keys": [self.key.as_dict(private=False)]}


class ClientKeyMissingError(Exception):
    """A client's key file is absent or unreadable; the message says how to create it."""


def create_clients(directory: Path) -> list[Path]:
    """Create the key files that are missing, readable by their owner alone; returns the new ones."""
    directory.mkdir(parents=True, exist_ok=True)
    missing = [directory / f"{name}.json" for name in CLIENTS if not (directory / f"{name}.json").exists()]
    for path in missing:
        _write_private(path, _new_key(path.stem))
    return missing


def load_client(home: Path, name: str) -> Client:
    """Read the client `name` from the demo's home directory.

    Raises:
        ClientKeyMissingError: no usable key file is there.
    """
    path = home / "clients" / f"{name}.json"
    try:
        return Client(name, ECKey.import_key(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError) as error:
        raise ClientKeyMissingError(
            f"{path}: no usable client key; create it with python -m deploy.demo.clients {path.parent}"
        ) from error


def bearer_token(client: Client, *, audience: str, scope: str, now: datetime, tenant: str | None = None) -> str:
    """Sign a token for calls to the product.

    Args:
        audience: the product's public URL, without a trailing slash.
        scope: scopes separated by spaces, such as "interrupts challenges".
        tenant: the `tid`; the client's own tenant by default.
    """
    claims = {
        "iss": client.id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + TOKEN_LIFETIME).timestamp()),
        "jti": secrets.token_urlsafe(16),
        "tid": tenant or client.id,
        "scope": scope,
    }
    return jwt.encode({"alg": "ES256", "kid": client.key.kid}, claims, client.key, algorithms=["ES256"])


def _new_key(name: str) -> ECKey:
    return ECKey.generate_key(
        "P-256", {"kid": f"{name}-{secrets.token_hex(4)}", "use": "sig", "alg": "ES256"}, private=True
    )


def _write_private(path: Path, key: ECKey) -> None:
    """Write beside and rename, so that a reader never meets half a key."""
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(key.as_dict(private=True), indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def main(arguments: list[str]) -> int:
    """Create the keys in the directory named on the command line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m deploy.demo.clients DIR", file=sys.stderr)
        return 2
    for path in create_clients(Path(arguments[0])):
        print(f"created {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
