"""What a method must say to the use cases: how it is asked for, and how its proofs are handed in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from schemas.base import Channel
from schemas.verification import CodeSubmitted
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Challenge, Registration
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.challenges.handlers.building import ProofRequest
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.needs import CanAskMethods, CanResume, CanSeal, CanShow
from services.enrollment.registrations.domain import ApiRegistration
from services.enrollment.sessions.principal import Claimant
from services.kit.errors import CodeMalformedError, RequestMalformedError
from services.kit.ids import repeatable_id

Takes = Literal["code", "answers", "credential"]


@dataclass(frozen=True)
class TypedCode:
    """What a person typed."""

    code: SecretStr
    takes: Takes = "code"


@dataclass(frozen=True)
class GivenAnswers:
    """Answers by question id, as they were given."""

    answers: Sequence[tuple[str, SecretStr]]
    takes: Takes = "answers"


@dataclass(frozen=True)
class GivenCredential:
    """What a browser returned, as JSON (WebAuthn Level 3, section 5.1)."""

    credential: str
    takes: Takes = "credential"


Given = TypedCode | GivenAnswers | GivenCredential


@dataclass(frozen=True)
class SealedProof:
    """What the verifier is given; of a passkey its id is remembered."""

    event: Submitted
    credential_id: str | None = None


@dataclass(frozen=True)
class Proof:
    """A kind of proof. `takes` is None where it is given on the person's device.

    `seal` makes of what was given what the verifier gets; it raises a `ProblemError` for what cannot be right by its
    form.
    """

    takes: Takes | None = None
    seal: Callable[[Challenge, Given, CanSeal], SealedProof] | None = None


Ask = Callable[[Method, ProofRequest, Claimant, CanAskMethods], Awaitable[Challenge]]
"""Builds the challenge that asks for a method on file."""


Ways = Callable[[Challenge, Method | Registration, CanShow], tuple[Channel, ...]]
"""How the method of a challenge can be reached: one on file, or one that is being registered."""


def one_way(_: Challenge, __: Method | Registration, ___: CanShow) -> tuple[Channel, ...]:
    return ()


Resume = Callable[[ApiRegistration, Account, CanResume], Awaitable[ApiRegistration]]
"""A registration by a platform goes on from what happened elsewhere meanwhile."""


async def as_it_is(registration: ApiRegistration, _: Account, __: CanResume) -> ApiRegistration:
    return registration


@dataclass(frozen=True)
class Strategy:
    """How a type of method is asked for; `ask_code` is the other way of one that has codes besides. `ways` are those
    among which a person may choose, where there are several."""

    ask: Ask
    resume: Resume = as_it_is
    ask_code: Ask | None = None
    ways: Ways = one_way


def typed(canonical: Callable[[Challenge, str], str]) -> Proof:
    """A proof that is a typed code; `canonical` is the code without what people type beside it."""

    def seal(challenge: Challenge, given: Given, deps: CanSeal) -> SealedProof:
        if not isinstance(given, TypedCode):
            raise RequestMalformedError
        return SealedProof(sealed_code(challenge, canonical(challenge, given.code.get_secret_value()), deps))

    return Proof("code", seal)


@dataclass(frozen=True)
class Digits:
    """How many digits a code has, and whether two codes in a row are taken, too."""

    count: int
    in_a_row: bool = False

    def of(self, typed_codes: str) -> str:
        """The code, or two, one a line; without the spaces that people type.

        Raises:
            ProblemError: `codeMalformed`.
        """
        plain = "".join(typed_codes.split())
        codes = (
            (plain[: self.count], plain[self.count :]) if self.in_a_row and len(plain) == 2 * self.count else (plain,)
        )
        if not (plain.isascii() and plain.isdigit()) or any(len(code) != self.count for code in codes):
            raise CodeMalformedError(digits=self.count)
        return "\n".join(codes)


def typed_digits(digits_of: Callable[[Challenge], Digits]) -> Proof:
    return typed(lambda challenge, typed_code: digits_of(challenge).of(typed_code))


def sealed_code(challenge: Challenge, code: str, deps: CanSeal) -> CodeSubmitted:
    """A code, sealed for the verifier."""
    return CodeSubmitted(
        submission_id=repeatable_id("submission"),
        terms=challenge.terms,
        code=deps.sealer.seal("submission", code.encode(), binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )
