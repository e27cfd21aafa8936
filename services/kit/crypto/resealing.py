"""What is stored under a key that was superseded, and the same under the key in use. Pure: who calls, reads and writes.

A value is sealed anew without anybody learning it: it is opened and sealed for the same place.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.kit.crypto.keyring import Keyring, Purpose
from services.kit.crypto.sealing import Binding, SealBrokenError, Sealer

SEALED = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z0-9_-]{1,64})\.[A-Za-z0-9_-]{38,}")
"""A sealed value, also within the text of an event that waits: nonce and tag alone are 38 characters."""


@dataclass(frozen=True)
class SealedValue:
    """A sealed value of a stored document: where it lies, as an update names the place, and where it belongs."""

    path: str
    purpose: Purpose
    sealed: str
    binding: Binding


@dataclass(frozen=True)
class Renewal:
    """What a document is to say instead, by path; `broken` counts what does not open and is left as it is."""

    changes: Mapping[str, str] = field(default_factory=dict)
    broken: int = 0

    def __add__(self, other: "Renewal") -> "Renewal":
        return Renewal({**self.changes, **other.changes}, self.broken + other.broken)


Renew = Callable[[Mapping[str, Any], Keyring, Collection[Purpose]], Renewal]
"""What a document (`_id`, `state`) is to say instead, as far as these purposes go."""


def resealed(values: Iterable[SealedValue], keyring: Keyring, purposes: Collection[Purpose]) -> Renewal:
    """Those values that are not sealed under the key in use, sealed under it."""
    sealer, changes, broken = Sealer(keyring), dict[str, str](), 0
    for value in values:
        if value.purpose not in purposes or key_of(value.sealed) == keyring.current(value.purpose).id:
            continue
        try:
            plain = sealer.open(value.purpose, value.sealed, value.binding)
        except SealBrokenError:
            broken += 1
        else:
            changes[value.path] = sealer.seal(value.purpose, plain, value.binding)
    return Renewal(changes, broken)


def key_of(sealed: str) -> str:
    """The id of the key under which a value is sealed."""
    return sealed.partition(".")[0]


def uses(stored: Any) -> Counter[str]:
    """How many values are sealed under each key, by its id, at whatever depth, events that wait included."""
    match stored:
        case str():
            return Counter(SEALED.findall(stored))
        case Mapping():
            return sum((uses(value) for value in stored.values()), Counter[str]())
        case list() | tuple():
            return sum((uses(value) for value in stored), Counter[str]())
    return Counter()
