"""What a person types, and messages that are sent once more."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from schemas.base import Channel
from schemas.verification import TOTP_DIGITS
from services.enrollment.challenges.domain import transitions as challenges
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.at_once import CODE_LENGTH, submitted_answers, submitted_code
from services.enrollment.dependencies import (
    VERDICT_WITHIN,
    Dependencies,
    Principal,
    current_challenge,
    submit,
)
from services.kit.crypto.codes import canonical_recovery_code
from services.kit.errors import ChallengeEndedError, CodeMalformedError, RequestMalformedError

SHORTEST_PASS = 8
LONGEST_PASS = 48


async def submit_code(
    principal: Principal, challenge_id: str, code: str, deps: Dependencies
) -> tuple[Challenge, str | None]:
    """Hand a typed code to the verifier and wait for its word: `verified`, a reason, or None after 10 s.

    Raises:
        ProblemError: `codeMalformed`, `challengeEnded`, `codeExpired`, `attemptsExhausted`, `rateLimited`.
    """
    challenge = await asked_challenge(principal, challenge_id, deps)
    return await submit_code_to(challenge, code, deps)


async def submit_code_to(
    challenge: Challenge, code: str, deps: Dependencies, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    """The same for a challenge that is known to be the caller's."""
    event = submitted_code(challenge, _canonical(challenge, code), deps)
    return await submit(challenge.id, event, deps, within=within)


async def submit_answers_to(
    challenge: Challenge,
    answers: Sequence[tuple[str, SecretStr]],
    deps: Dependencies,
    *,
    within: float = VERDICT_WITHIN,
) -> tuple[Challenge, str | None]:
    """Hand answers to the verifier: all those that were asked for, and no others.

    Raises:
        ProblemError: `requestMalformed` for other questions; `challengeEnded`, `attemptsExhausted`, `rateLimited`.
    """
    asked = challenge.terms.questions
    given: Mapping[str, SecretStr] = dict(answers)
    if asked is None or set(given) != set(asked.question_ids) or len(given) != len(answers):
        raise RequestMalformedError("Answer the questions that were asked, each once.")
    return await submit(challenge.id, submitted_answers(challenge, given, deps), deps, within=within)


async def asked_challenge(principal: Principal, challenge_id: str, deps: Dependencies) -> Challenge:
    """The challenge of the session, if the form is about it.

    Raises:
        ProblemError: `challengeEnded`.
    """
    challenge = await current_challenge(principal, deps)
    if challenge is None or challenge.id != challenge_id:
        raise ChallengeEndedError
    return challenge


async def resend(principal: Principal, deps: Dependencies) -> None:
    """Send the message once more.

    Raises:
        ProblemError: `resendTooSoon`, `sendLimitReached`, `codeExpired`, `challengeEnded`.
    """
    challenge = await current_challenge(principal, deps)
    if challenge is None:
        raise ChallengeEndedError
    await resend_of(challenge, deps)


async def resend_of(challenge: Challenge, deps: Dependencies, channel: Channel | None = None) -> None:
    """The same for a challenge that is known to be the caller's, by another channel if one is named."""
    now = deps.clock.now()
    await deps.challenges.change(challenge.id, lambda state: challenges.resend(state, at=now, channel=channel))


def _canonical(challenge: Challenge, typed: str) -> str:
    """The code without what people type beside it.

    Raises:
        ProblemError: `codeMalformed`, `challengeEnded` where no code is asked for.
    """
    match challenge.terms.kind:
        case "code" | "totp":
            code, digits = "".join(typed.split()), digits_of(challenge)
            if not (code.isascii() and code.isdigit()) or len(code) != digits:
                raise CodeMalformedError(digits=digits)
            return code
        case "recoveryCode":
            code = canonical_recovery_code(typed)
            if len(code) != CODE_LENGTH:
                raise CodeMalformedError
            return code
        case "temporaryAccessPass":
            if not SHORTEST_PASS <= len(typed.strip()) <= LONGEST_PASS:
                raise CodeMalformedError
            return typed.strip()
    raise ChallengeEndedError


def digits_of(challenge: Challenge) -> int:
    """How many digits the code has."""
    if challenge.terms.kind == "totp":
        return TOTP_DIGITS
    return challenge.terms.code.digits if challenge.terms.code else 0
