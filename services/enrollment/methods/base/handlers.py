"""What a method must say to the use cases: how it is asked for, and how its proofs are handed in."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from schemas.verification import CodeSubmitted
from services.enrollment.accounts.domain.account import Account, Method
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.building import Question
from services.enrollment.challenges.handlers.lifecycle import Submission, binding_of
from services.enrollment.needs import CanAskMethods, CanResume, CanSeal
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
class Proof:
    """A kind of proof. `takes` is None where it is given on the person's device.

    `submission` seals what was given for the verifier; it raises a `ProblemError` for what cannot be right by its form.
    """

    takes: Takes | None = None
    submission: Callable[[Challenge, Given, CanSeal], Submission] | None = None


Ask = Callable[[Method, Question, Claimant, CanAskMethods], Awaitable[Challenge]]
"""Builds the challenge that asks for a method on file."""


Resume = Callable[[ApiRegistration, Account, CanResume], Awaitable[ApiRegistration]]
"""A registration by a platform goes on from what happened elsewhere meanwhile."""


async def as_it_is(registration: ApiRegistration, _: Account, __: CanResume) -> ApiRegistration:
    """Nothing happens elsewhere."""
    return registration


@dataclass(frozen=True)
class Strategy:
    """How a type of method is asked for; `ask_code` is the other way of one that has codes besides."""

    ask: Ask
    resume: Resume = as_it_is
    ask_code: Ask | None = None


def typed(canonical: Callable[[Challenge, str], str]) -> Proof:
    """A proof that is a typed code; `canonical` is the code without what people type beside it."""

    def submission(challenge: Challenge, given: Given, deps: CanSeal) -> Submission:
        if not isinstance(given, TypedCode):
            raise RequestMalformedError
        return Submission(sealed_code(challenge, canonical(challenge, given.code.get_secret_value()), deps))

    return Proof("code", submission)


def only_digits(typed_code: str, digits: int) -> str:
    """The digits of a code, without the spaces that people type.

    Raises:
        ProblemError: `codeMalformed`.
    """
    code = "".join(typed_code.split())
    if not (code.isascii() and code.isdigit()) or len(code) != digits:
        raise CodeMalformedError(digits=digits)
    return code


def codes_in_a_row(typed_codes: str, digits: int) -> str:
    """A code, or two in a row, one a line, without the spaces that people type.

    Raises:
        ProblemError: `codeMalformed`.
    """
    plain = "".join(typed_codes.split())
    if len(plain) == 2 * digits:
        return "\n".join(only_digits(code, digits) for code in (plain[:digits], plain[digits:]))
    return only_digits(plain, digits)


def sealed_code(challenge: Challenge, code: str, deps: CanSeal) -> CodeSubmitted:
    """A code, sealed for the verifier."""
    return CodeSubmitted(
        submission_id=repeatable_id("submission"),
        terms=challenge.terms,
        code=deps.sealer.seal("submission", code.encode(), binding_of(challenge)),
        submitted_at=deps.clock.now(),
    )
