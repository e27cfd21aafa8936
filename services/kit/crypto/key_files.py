"""What `security-info keys new` and `keys add` write: a keyring file for each service, with its purposes."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from services.kit.crypto.keyring import DEMO_ID, KEY_BYTES, PUBLIC_VAPID, PURPOSES, Key, Purpose, ServiceName
from services.kit.crypto.sealing import encode, public_point


def new_keyrings(now: datetime, *, demo: bool = False) -> dict[ServiceName, dict[str, Any]]:
    """Fresh key files for all services; purposes that two services share get the same key. `demo` marks them."""
    mark = DEMO_ID if demo else ""
    keys = {
        purpose: Key(mark + secrets.token_hex(4), secrets.token_bytes(KEY_BYTES), now) for purpose in get_args(Purpose)
    }
    files: dict[ServiceName, dict[str, Any]] = {
        service: {purpose: [_stored(keys[purpose])] for purpose in sorted(needed)}
        for service, needed in PURPOSES.items()
    }
    files["enrollment"][PUBLIC_VAPID] = public_point(keys["vapid"])
    return files


def completed(keyrings: Mapping[ServiceName, Mapping[str, Any]], now: datetime) -> dict[ServiceName, dict[str, Any]]:
    """The same files with the purposes that they lack: those of another holder where one has them, else a fresh key.
    Nothing that is there changes, so a run that was interrupted is finished by the next."""
    files = {service: dict(keyring) for service, keyring in keyrings.items()}
    for purpose in get_args(Purpose):
        holders = [files[service] for service, needed in PURPOSES.items() if purpose in needed]
        if lacking := [holder for holder in holders if purpose not in holder]:
            held = next((holder[purpose] for holder in holders if purpose in holder), None)
            keys = held or [_stored(Key(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES), now))]
            for holder in lacking:
                holder[purpose] = keys
    return files


def _stored(key: Key) -> dict[str, str]:
    created = key.created_at.isoformat().replace("+00:00", "Z")
    return {"id": key.id, "key": encode(key.secret), "createdAt": created}
