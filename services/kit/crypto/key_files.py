"""What `security-info keys new` writes: a keyring file for each service, with the purposes that it needs."""

import secrets
from datetime import datetime
from typing import Any, get_args

from services.kit.crypto.keyring import KEY_BYTES, PUBLIC_VAPID, PURPOSES, Key, Purpose, ServiceName
from services.kit.crypto.sealing import encode, public_point


def new_keyrings(now: datetime) -> dict[ServiceName, dict[str, Any]]:
    """Fresh key files for all services; purposes that two services share get the same key."""
    keys = {purpose: Key(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES), now) for purpose in get_args(Purpose)}
    files: dict[ServiceName, dict[str, Any]] = {
        service: {purpose: [_stored(keys[purpose])] for purpose in sorted(needed)}
        for service, needed in PURPOSES.items()
    }
    files["enrollment"][PUBLIC_VAPID] = public_point(keys["vapid"])
    return files


def _stored(key: Key) -> dict[str, str]:
    created = key.created_at.isoformat().replace("+00:00", "Z")
    return {"id": key.id, "key": encode(key.secret), "createdAt": created}
