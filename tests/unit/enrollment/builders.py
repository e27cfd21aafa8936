"""Accounts and challenges as the tests of the domain need them."""

from datetime import UTC, datetime, timedelta

from schemas.base import MethodType
from schemas.verification import ChallengeTerms
from services.enrollment.accounts.domain.account import Account, Method, Profile
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, Registration

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def method(kind: MethodType, name: str = "", **fields: object) -> Method:
    """A method on file, called after its type."""
    return Method.model_validate(
        {"id": name or kind, "type": kind, "display_name": kind, "created_at": NOW, **fields}, by_name=True
    )


def account(*methods: Method, **fields: object) -> Account:
    """Sam's account with these methods."""
    profile = Profile(user_principal_name="sam@northbridge.example", display_name="Sam")
    made = Account(tenant="northbridge", user="sam", profile=profile, methods=methods, created_at=NOW)
    return made.model_copy(update=fields)


def proof_of(kind: MethodType, method_id: str = "new", **fields: object) -> tuple[Challenge, Registration]:
    """The challenge of a registration, and what becomes of it."""
    terms = ChallengeTerms(
        challenge_id=f"c-{method_id}",
        purpose="registration",
        kind="code",
        method_id=method_id,
        method_type=kind,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )
    challenge = Challenge(
        id=terms.challenge_id,
        tenant="northbridge",
        user="sam",
        terms=terms,
        channel="local",
        delivery=Delivery(requested_at=NOW),
        resend_at=NOW,
        attempts_left=5,
    )
    return challenge, Registration.model_validate({"display_name": kind, **fields}, by_name=True)
