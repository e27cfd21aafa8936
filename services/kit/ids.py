"""Identifiers and random tokens."""

import secrets
import time
import uuid


def new_id() -> str:
    """A UUIDv7 (RFC 9562, section 5.7): opaque to readers, roughly ordered by creation for the database."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def new_token(bits: int = 256) -> str:
    """An unguessable, URL-safe token of at least `bits` bits."""
    return secrets.token_urlsafe((bits + 7) // 8)
