"""Whose claim has lapsed, without any clock that could be set."""

from dataclasses import dataclass

from services.notifier.domain.attempts import LEASE
from services.notifier.domain.leases import Leases

SECONDS = LEASE.total_seconds()


@dataclass(frozen=True)
class Claim:
    id: str
    version: int


def test_a_claim_lapses_once_nothing_was_heard_of_it_for_a_lease() -> None:
    leases, claim = Leases(), Claim("d-1", 2)
    assert leases.lapsed([claim], 100.0) == []
    assert leases.lapsed([claim], 100.0 + SECONDS - 0.1) == []
    assert leases.lapsed([claim], 100.0 + SECONDS) == [claim]


def test_whatever_is_written_begins_it_anew() -> None:
    leases, later = Leases(), Claim("d-1", 3)
    leases.lapsed([Claim("d-1", 2)], 100.0)
    assert leases.lapsed([later], 100.0 + SECONDS) == []
    assert leases.lapsed([later], 100.0 + 2 * SECONDS) == [later]


def test_what_was_not_claimed_meanwhile_begins_anew() -> None:
    leases, claim, other = Leases(), Claim("d-1", 2), Claim("d-2", 2)
    leases.lapsed([claim, other], 100.0)
    leases.lapsed([other], 101.0)
    assert leases.lapsed([claim, other], 100.0 + SECONDS) == [other]
