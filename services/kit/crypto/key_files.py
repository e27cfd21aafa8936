"""What `security-info keys …` writes: a keyring file for each service, with its purposes. Pure: who calls, writes."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

from services.kit.crypto.key_source import KeyringError
from services.kit.crypto.keyring import DEMO_ID, KEY_BYTES, PUBLIC_VAPID, PURPOSES, Key, Purpose, ServiceName, keys_of
from services.kit.crypto.rotation import moment, require_rotatable
from services.kit.crypto.sealing import encode, public_point

Files = dict[ServiceName, dict[str, Any]]


def new_keyrings(now: datetime, *, demo: bool = False) -> dict[ServiceName, dict[str, Any]]:
    """Fresh key files for all services; purposes that two services share get the same key. `demo` marks them."""
    keys: dict[Purpose, Key] = {purpose: _fresh(now, demo=demo) for purpose in get_args(Purpose)}
    files: dict[ServiceName, dict[str, Any]] = {
        service: {purpose: [_stored(keys[purpose])] for purpose in sorted(needed)}
        for service, needed in PURPOSES.items()
    }
    files["enrollment"][PUBLIC_VAPID] = public_point(keys["vapid"])
    return files


def completed(keyrings: Mapping[ServiceName, Mapping[str, Any]], now: datetime) -> Files:
    """The same files with the purposes that they lack, and with the keys that another holder of a purpose has: else a
    fresh one. No key that is there goes or changes, so a step that was interrupted is finished by the next."""
    files = {service: dict(keyring) for service, keyring in keyrings.items()}
    for purpose in get_args(Purpose):
        holders = [files[service] for service in holders_of(purpose)]
        entries = {entry["id"]: entry for holder in holders for entry in holder.get(purpose, ())}
        known = sorted(entries.values(), key=_used_from, reverse=True)
        for holder in holders:
            if {entry["id"] for entry in holder.get(purpose, ())} != entries.keys() or not entries:
                known = known or [_stored(_fresh(now, demo=_are_of_the_demo(keyrings)))]
                holder[purpose] = known
    if PUBLIC_VAPID not in files["enrollment"]:
        newest, *_ = keys_of(files["notifier"]["vapid"], "notifier.json", "vapid")
        files["enrollment"][PUBLIC_VAPID] = public_point(newest)
    return files


def holders_of(purpose: Purpose) -> tuple[ServiceName, ...]:
    """The services whose files have that purpose."""
    return tuple(service for service, needed in PURPOSES.items() if purpose in needed)


def held(keyrings: Mapping[ServiceName, Mapping[str, Any]], purpose: Purpose) -> tuple[Key, ...]:
    """The keys of a purpose, newest first, which all its holders must have alike.

    Raises:
        KeyringError: one lacks or adds a key: an earlier step was interrupted, or a file is of another set.
    """
    found = {name: keys_of(keyrings[name].get(purpose), f"{name}.json", purpose) for name in holders_of(purpose)}
    if len(set(found.values())) > 1:
        raise KeyringError(
            f"{' and '.join(f'{name}.json' for name in found)} have different keys for {purpose}; "
            "bring them together with `security-info keys add DIR`"
        )
    return next(iter(found.values()))


def rotated(
    keyrings: Mapping[ServiceName, Mapping[str, Any]], purpose: Purpose, now: datetime, lead: timedelta
) -> Files:
    """The same files with a new key in front, which is published at once and in use after `lead`.

    Raises:
        KeyringError: see `held`. TooEarlyError: see `require_rotatable`.
    """
    require_rotatable(purpose, held(keyrings, purpose), lead, now)
    return _with(keyrings, purpose, replace(_fresh(now, demo=_are_of_the_demo(keyrings)), active_from=now + lead))


def replaced(keyrings: Mapping[ServiceName, Mapping[str, Any]], purpose: Purpose, now: datetime) -> Files:
    """The same files with a new key that is in use at once: where the one before must not be used any more, or where a
    key cannot be announced (`vapid`, whose public half enrollment hands out). Raises KeyringError: see `held`."""
    held(keyrings, purpose)
    key = _fresh(now, demo=_are_of_the_demo(keyrings))
    files = _with(keyrings, purpose, key)
    if purpose == "vapid":
        files["enrollment"] = {**keyrings["enrollment"], PUBLIC_VAPID: public_point(key)}
    return files


def retired(keyrings: Mapping[ServiceName, Mapping[str, Any]], purpose: Purpose, key: Key) -> Files:
    """The same files without that key."""
    return {
        name: {**keyrings[name], purpose: [entry for entry in keyrings[name][purpose] if entry["id"] != key.id]}
        for name in holders_of(purpose)
    }


def _fresh(now: datetime, *, demo: bool) -> Key:
    return Key((DEMO_ID if demo else "") + secrets.token_hex(4), secrets.token_bytes(KEY_BYTES), now)


def _are_of_the_demo(keyrings: Mapping[ServiceName, Mapping[str, Any]]) -> bool:
    """Whether any key is marked as the demo's: those that come to them are no better guarded."""
    held = (entry for keyring in keyrings.values() for entries in keyring.values() for entry in entries)
    return any(isinstance(entry, dict) and entry["id"].startswith(DEMO_ID) for entry in held)


def _used_from(entry: Mapping[str, str]) -> datetime:
    return datetime.fromisoformat(entry.get("activeFrom") or entry["createdAt"])


def _with(keyrings: Mapping[ServiceName, Mapping[str, Any]], purpose: Purpose, key: Key) -> Files:
    return {name: {**keyrings[name], purpose: [_stored(key), *keyrings[name][purpose]]} for name in holders_of(purpose)}


def _stored(key: Key) -> dict[str, str]:
    stored = {"id": key.id, "key": encode(key.secret), "createdAt": moment(key.created_at)}
    return stored | ({"activeFrom": moment(key.active_from)} if key.active_from else {})
