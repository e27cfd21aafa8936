"""What a person types, and messages that are sent once more."""

from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from schemas.base import Channel
from schemas.verification import TOTP_DIGITS
from services.enrollment.challenges.domain import challenge as challenges
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.handlers.at_once import CODE_LENGTH, submitted_answers, submitted_code
from services.enrollment.sessions.handlers.desk import VERDICT_WITHIN, Desk, Visit, current_challenge, submit
from services.kit.crypto.codes import canonical_recovery_code
from services.kit.errors import ProblemError

SHORTEST_PASS = 8
LONGEST_PASS = 48


async def submit_code(visit: Visit, challenge_id: str, code: str, desk: Desk) -> tuple[Challenge, str | None]:
    """Hand a typed code to the verifier and wait for its word: `verified`, a reason, or None after 10 s.

    Raises:
        ProblemError: `codeMalformed`, `challengeEnded`, `codeExpired`, `attemptsExhausted`, `rateLimited`.
    """
    challenge = await asked_challenge(visit, challenge_id, desk)
    return await submit_code_to(challenge, code, desk)


async def submit_code_to(
    challenge: Challenge, code: str, desk: Desk, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    """The same for a challenge that is known to be the caller's."""
    event = submitted_code(challenge, _canonical(challenge, code), desk)
    return await submit(challenge.id, event, desk, within=within)


async def submit_answers_to(
    challenge: Challenge, answers: Sequence[tuple[str, SecretStr]], desk: Desk, *, within: float = VERDICT_WITHIN
) -> tuple[Challenge, str | None]:
    """Hand answers to the verifier: all those that were asked for, and no others.

    Raises:
        ProblemError: `requestMalformed` for other questions; `challengeEnded`, `attemptsExhausted`, `rateLimited`.
    """
    asked = challenge.terms.questions
    given: Mapping[str, SecretStr] = dict(answers)
    if asked is None or set(given) != set(asked.question_ids) or len(given) != len(answers):
        raise ProblemError("requestMalformed", "Answer the questions that were asked, each once.")
    return await submit(challenge.id, submitted_answers(challenge, given, desk), desk, within=within)


async def asked_challenge(visit: Visit, challenge_id: str, desk: Desk) -> Challenge:
    """The challenge of the session, if the form is about it.

    Raises:
        ProblemError: `challengeEnded`.
    """
    challenge = await current_challenge(visit, desk)
    if challenge is None or challenge.id != challenge_id:
        raise ProblemError("challengeEnded")
    return challenge


async def resend(visit: Visit, desk: Desk) -> None:
    """Send the message once more.

    Raises:
        ProblemError: `resendTooSoon`, `sendLimitReached`, `codeExpired`, `challengeEnded`.
    """
    challenge = await current_challenge(visit, desk)
    if challenge is None:
        raise ProblemError("challengeEnded")
    await resend_of(challenge, desk)


async def resend_of(challenge: Challenge, desk: Desk, channel: Channel | None = None) -> None:
    """The same for a challenge that is known to be the caller's, by another channel if one is named."""
    now = desk.clock.now()
    await desk.store.challenges.change(challenge.id, lambda state: challenges.resend(state, at=now, channel=channel))


def _canonical(challenge: Challenge, typed: str) -> str:
    """The code without what people type beside it.

    Raises:
        ProblemError: `codeMalformed`, `challengeEnded` where no code is asked for.
    """
    match challenge.terms.kind:
        case "code" | "totp":
            code, digits = "".join(typed.split()), digits_of(challenge)
            if not (code.isascii() and code.isdigit()) or len(code) != digits:
                raise ProblemError("codeMalformed", digits=digits)
            return code
        case "recoveryCode":
            code = canonical_recovery_code(typed)
            if len(code) != CODE_LENGTH:
                raise ProblemError("codeMalformed")
            return code
        case "temporaryAccessPass":
            if not SHORTEST_PASS <= len(typed.strip()) <= LONGEST_PASS:
                raise ProblemError("codeMalformed")
            return typed.strip()
    raise ProblemError("challengeEnded")


def digits_of(challenge: Challenge) -> int:
    """How many digits the code has."""
    if challenge.terms.kind == "totp":
        return TOTP_DIGITS
    return challenge.terms.code.digits if challenge.terms.code else 0
