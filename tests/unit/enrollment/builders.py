"""Accounts and challenges as the tests of the domain need them."""

from datetime import UTC, datetime, timedelta

from schemas.base import Event, MethodType
from schemas.enrollment import Destination
from schemas.topics import LIFECYCLE
from schemas.verification import ChallengeTerms
from services.enrollment.accounts.domain.account import Account, Method, Profile
from services.enrollment.challenges.domain.challenge import Challenge, Delivery, Registration, Submission
from services.enrollment.sessions.domain.session import Session
from services.kit.decision import Emission

NOW = datetime(2046, 11, 24, 12, 0, tzinfo=UTC)


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


def texted(**fields: object) -> Challenge:
    """The challenge of a phone whose code goes out by text message."""
    challenge, registration = proof_of("phone")
    destination = Destination(sealed="k1.sealed", masked="••01")
    message = {"channel": "sms", "locale": "da", "destination": destination, "registration": registration}
    return challenge.model_copy(update={**message, **fields})


def tried(*results: str | None) -> tuple[Submission, ...]:
    """Proofs handed in, `s1` first; None is not judged yet."""
    return tuple(Submission(id=f"s{number}", at=NOW, result=result) for number, result in enumerate(results, 1))


def wizard_session(**fields: object) -> Session:
    """A quarter of an hour to set up a phone."""
    made = Session(
        id="s1",
        intent="signIn",
        decision="register",
        plan=("phone",),
        cookie_hash="hash",
        return_url="https://a.example/",
        started_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
    )
    return made.model_copy(update=fields)


def told(*events: tuple[Event, str]) -> tuple[Emission, ...]:
    """Lifecycle events of Sam, the first ones, each with what it belongs to."""
    return tuple(
        Emission(LIFECYCLE, event, "northbridge", "sam", correlation, sequence)
        for sequence, (event, correlation) in enumerate(events, 1)
    )
