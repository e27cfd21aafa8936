"""What the use cases work with."""

from dataclasses import dataclass

from services.enrollment.accounts.domain.account import Account
from services.enrollment.config import Config
from services.enrollment.policies.domain.requirements import GroupPolicy, Terms
from services.enrollment.policies.handlers import Policies
from services.enrollment.signals import Signals
from services.enrollment.store import Store
from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.kit.http.limits import RateLimiter
from services.kit.http.places import Places


@dataclass(frozen=True)
class Dependencies(Store):
    """All that use cases work with; a use case's signature names the part that it needs."""

    config: Config
    clock: Clock
    keyring: Keyring
    sealer: Sealer
    signals: Signals
    limiter: RateLimiter
    places: Places
    public_origin: str
    policies: Policies

    @classmethod
    def on(cls, store: Store, keyring: Keyring, config: Config, clock: Clock, *, public_origin: str) -> "Dependencies":
        """What use cases on that store work with."""
        return cls(
            **vars(store),
            config=config,
            clock=clock,
            keyring=keyring,
            sealer=Sealer(keyring),
            signals=Signals(),
            limiter=RateLimiter(config.limits),
            places=Places(config.limits),
            public_origin=public_origin,
            policies=Policies(config),
        )

    def policy(self, account: Account) -> GroupPolicy:
        return self.policies.tenant(account.tenant).policy_for(account.profile.groups)

    def terms(self, account: Account) -> Terms:
        return self.policies.tenant(account.tenant).terms_for(account.profile.groups)
