"""Signatures of Standard Webhooks 1.0: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from services.kit.config.file import ConfigError
from services.kit.crypto.sealing import equal, hmac_sha256
from services.notifier.providers.timestamps import is_recent

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
MOST_SIGNATURES = 8


def key_of(secret: SecretStr, reference: str) -> bytes:
    """The key in a secret of 24 to 64 bytes. Raises ConfigError."""
    try:
        key = base64.b64decode(secret.get_secret_value().removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        wanted = f"whsec_ and {SHORTEST} to {LONGEST} bytes in base64"
        raise ConfigError(f"{reference}: is no secret of Standard Webhooks, which is {wanted}")
    return key


def headers(keys: Sequence[bytes], message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """What a signed request carries: a signature by each key."""
    timestamp = str(int(at.timestamp()))
    signed = " ".join(_signature(key, message_id, timestamp, body) for key in keys)
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: signed}


def is_genuine(keys: Sequence[bytes], given: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Whether one of the keys signed it, a moment ago. Total."""
    message_id, timestamp = given.get(ID, ""), given.get(TIMESTAMP, "")
    if not is_recent(timestamp, at):
        return False
    expected = [_signature(key, message_id, timestamp, body) for key in keys]
    signatures = given.get(SIGNATURE, "").split(" ")[:MOST_SIGNATURES]
    return any(equal(known, signature) for known in expected for signature in signatures)


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return f"v1,{base64.b64encode(hmac_sha256(key, signed)).decode()}"
