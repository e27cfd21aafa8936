"""The record of each person, rebuilt from the lifecycle events alone, and compared with the accounts."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from schemas.envelope import Envelope
from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.accounts.domain.record import Record, record_in, record_of

MOST_NAMED = 5
"""Numbers that are told to be missing: a forged one may pass over millions."""


@dataclass(frozen=True)
class Rebuilt:
    """What the events of one person say, up to `sequence`; `missing` are the first numbers that were passed over."""

    record: Record = field(default_factory=Record)
    sequence: int = 0
    missing: tuple[int, ...] = ()


class Rebuilding:
    """Takes lifecycle events, each person's in order; one that comes again changes nothing."""

    def __init__(self) -> None:
        self.people: dict[str, Rebuilt] = {}

    def take(self, envelope: Envelope) -> None:
        """Events without a person, such as those of policies, are left out."""
        number = envelope.sequence
        if envelope.subject is None or number is None:
            return
        key = account_id(envelope.tenant, envelope.subject)
        known = self.people.get(key, Rebuilt())
        if number <= known.sequence:
            return
        missing = (*known.missing, *range(known.sequence + 1, number)[:MOST_NAMED])[:MOST_NAMED]
        self.people[key] = Rebuilt(record_of([envelope.event], known.record), number, missing)

    def differences(self, account: Account) -> Iterator[str]:
        """What the log says otherwise than the account, in words for an operator."""
        rebuilt = self.people.get(account.id, Rebuilt())
        if rebuilt.missing:
            yield f"events {', '.join(map(str, rebuilt.missing))} are not on the topic"
        if rebuilt.sequence > account.sequence:
            yield f"the topic has {rebuilt.sequence} events, the account knows of {account.sequence}"
        if rebuilt.sequence < account.sequence:
            yield f"the topic has {rebuilt.sequence} events of {account.sequence}; the others may be under way"
        elif rebuilt.record.on_file != record_in(account):
            yield "the methods that the events tell of are not those of the account"
