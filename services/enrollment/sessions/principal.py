"""Who acts, and whose proof is asked for."""

from dataclasses import dataclass

from services.enrollment.accounts.domain.account import Account
from services.enrollment.sessions.domain.session import Session
from services.kit.crypto.sealing import Binding


@dataclass(frozen=True)
class Claimant:
    """Whose proof is asked for: in a session of the wizard, or by a platform (`session_id` None)."""

    account: Account
    session_id: str | None = None
    locale: str = "en"

    def binding(self, method_id: str) -> Binding:
        return Binding(self.account.tenant, self.account.user, method_id)


@dataclass(frozen=True)
class Principal:
    """A person in a session, as the request's cookie proves. `address` is where the request came from."""

    account: Account
    session: Session
    address: str | None = None

    @property
    def account_id(self) -> str:
        return self.account.id

    @property
    def claimant(self) -> Claimant:
        return Claimant(self.account, self.session.id, self.session.locale)
