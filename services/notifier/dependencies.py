"""What the use cases work with."""

from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.config.file import SharedConfig
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.notifier.store import Store


@dataclass(frozen=True)
class Dependencies:
    """What delivering needs. `host` is that of the page where the code is typed, and `is_secure` whether browsers take
    that page for a secure context, the only one in which they fill a code in."""

    store: Store
    config: SharedConfig
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    host: str
    is_secure: bool = True
