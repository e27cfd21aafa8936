"""Collects the events of one change of an account, and numbers them."""

from dataclasses import dataclass

from schemas.base import Event
from schemas.topics import LIFECYCLE
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.sessions.domain.session import Session
from services.kit.decision import Change, Emission


@dataclass(frozen=True)
class AccountUpdate:
    """An account as it becomes, and the events of it."""

    account: Account
    emissions: tuple[Emission, ...] = ()

    def record(self, event: Event, correlation_id: str) -> "AccountUpdate":
        """With one more event."""
        sequence = self.account.sequence + 1
        emission = Emission(LIFECYCLE, event, self.account.tenant, self.account.user, correlation_id, sequence)
        return AccountUpdate(self.account.model_copy(update={"sequence": sequence}), (*self.emissions, emission))

    def put(self, **fields: object) -> "AccountUpdate":
        return AccountUpdate(self.account.model_copy(update=fields), self.emissions)

    def put_session(self, session: Session) -> "AccountUpdate":
        return self.put(sessions=tuple(session if other.id == session.id else other for other in self.account.sessions))

    def put_method(self, method: Method) -> "AccountUpdate":
        return self.put(methods=tuple(method if other.id == method.id else other for other in self.account.methods))

    def change(self) -> Change[Account]:
        """The account and its events, to be written at once."""
        deadlines = [session.deadline for session in self.account.sessions]
        return Change(self.put(next_deadline=min(deadlines, default=None)).account, self.emissions)
