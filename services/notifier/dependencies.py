"""What the use cases work with."""

from dataclasses import dataclass
from typing import Protocol

from services.kit.clock import Clock
from services.kit.config.file import SharedConfig
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.notifier.domain.sim_swap import Finding
from services.notifier.store import Store


class SimChecks(Protocol):
    """Knows whether SIM cards were changed a short while ago."""

    async def find(self, number: str) -> Finding:
        """What is known of the SIM card of a number in E.164."""
        ...


@dataclass(frozen=True)
class Dependencies:
    """What delivering needs. `host` is that of the page where the code is typed, and `is_secure` whether browsers take
    that page for a secure context, the only one in which they fill a code in. `sim_checks` is None where nobody is
    asked about SIM cards."""

    store: Store
    config: SharedConfig
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    host: str
    is_secure: bool = True
    sim_checks: SimChecks | None = None
