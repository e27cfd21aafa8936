"""When a key may begin to be used, and when it may go: rules without files, databases or a clock.

```mermaid
stateDiagram-v2
    [*] --> published: keys rotate
    published --> inUse: its time has come, and every replica holds it
    inUse --> superseded: the next key is in use
    superseded --> [*]: keys retire, once nothing needs it
```

A published key opens, checks and is in the JWKS; nobody writes with it. So replicas may be restarted in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from services.kit.crypto.keyring import Key, Purpose

KeyState = Literal["published", "in use", "superseded"]

JWKS_LIFE: Final = timedelta(minutes=10)
"""How long platforms may keep our public keys (`Cache-Control` of the JWKS)."""

ROLL_OUT: Final = timedelta(minutes=5)
"""The least that handing out files and restarting replicas takes, clocks that differ included."""


@dataclass(frozen=True)
class Overlap:
    """`before`: the least time for which a key is held by all before it is written with. `after`: how long what was
    made with it may be under way once its successor is in use. `is_counted`: databases hold values under it, which can
    be counted; `is_stored`: some of them for longer than that, until they are sealed or hashed anew."""

    before: timedelta
    after: timedelta
    is_counted: bool = False
    is_stored: bool = False


UNDER_WAY: Final = timedelta(days=2)
"""Longer than any code, challenge, request (24 h), answer to an `Idempotency-Key` (24 h) or day of a limit."""

OVERLAPS: Mapping[Purpose, Overlap] = {
    "code": Overlap(ROLL_OUT, UNDER_WAY),
    "destination": Overlap(ROLL_OUT, UNDER_WAY, is_counted=True, is_stored=True),
    "submission": Overlap(ROLL_OUT, UNDER_WAY, is_counted=True),
    "secret": Overlap(ROLL_OUT, UNDER_WAY, is_counted=True, is_stored=True),
    "verdict": Overlap(ROLL_OUT, timedelta(days=8)),  # verdicts are kept for 7 days, and a dead letter's is read again
    "index": Overlap(ROLL_OUT, UNDER_WAY, is_counted=True, is_stored=True),
    "signing": Overlap(JWKS_LIFE + ROLL_OUT, timedelta(minutes=10)),  # tokens live 2 min, clocks differ by 1
    "vapid": Overlap(ROLL_OUT, timedelta()),
}


class TooEarlyError(Exception):
    """A step of a rotation that would break something; the message says what, and when or how it will not."""


def state_of(keys: Sequence[Key], key: Key, now: datetime) -> KeyState:
    """How far a key of this list is (newest first)."""
    if key.in_use_from > now and key is not keys[-1]:
        return "published"
    current = next((held for held in keys if held.in_use_from <= now), keys[-1])
    return "in use" if key is current else "superseded"


def require_rotatable(purpose: Purpose, keys: Sequence[Key], lead: timedelta, now: datetime) -> None:
    """Raises TooEarlyError: `lead` is too short for everybody to learn of a key, or the key before is not in use."""
    if lead < OVERLAPS[purpose].before:
        least = OVERLAPS[purpose].before // timedelta(minutes=1)
        raise TooEarlyError(f"a {purpose} key must be known to all for {least} min before it is used; give more time")
    if coming := [key for key in keys if state_of(keys, key, now) == "published"]:
        raise TooEarlyError(
            f"the {purpose} key {coming[0].id} is published and not in use before {moment(coming[0].in_use_from)}"
        )


def retirable(purpose: Purpose, keys: Sequence[Key], now: datetime) -> Key:
    """The oldest key, which nothing under way needs any more; whether something stored does is for others to say.

    Raises:
        TooEarlyError: it is the one in use, or its successor has been in use too short a time.
    """
    oldest = require_superseded(purpose, keys, now)
    until = keys[-2].in_use_from + OVERLAPS[purpose].after
    if now < until:
        raise TooEarlyError(f"what was made with the {purpose} key {oldest.id} may be needed until {moment(until)}")
    return oldest


def require_superseded(purpose: Purpose, keys: Sequence[Key], now: datetime) -> Key:
    """The oldest key. Raises TooEarlyError: it is the one in use."""
    oldest = keys[-1]
    if len(keys) == 1 or state_of(keys, oldest, now) != "superseded":
        raise TooEarlyError(f"the {purpose} key {oldest.id} is in use: rotate first, and wait until the next one is")
    return oldest


def moment(at: datetime) -> str:
    """A time as files and messages have it (RFC 3339)."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
